#include "connector/masking.h"

#include <variant>

namespace leadspool::connector {
namespace {

std::string with_escaped_slashes(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '/') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

void hide(std::string_view secret, std::string& text) {
  if (secret.empty()) return;
  for (auto found = text.find(secret); found != std::string::npos; found = text.find(secret, found)) {
    text.replace(found, secret.size(), kMask);
    found += kMask.size();
  }
}

void hide(const std::vector<std::string>& secrets, http::ClientResult& result) {
  constexpr std::size_t kShortest = 8;
  auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr) return;
  for (const std::string& secret : secrets) {
    if (secret.size() < kShortest) continue;
    for (const std::string& form : {secret, with_escaped_slashes(secret)}) {
      hide(form, answer->body);
      for (http::Header& header : answer->headers) hide(form, header.value);
    }
  }
}

}  // namespace leadspool::connector
