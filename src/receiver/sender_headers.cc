#include "receiver/sender_headers.h"

#include <algorithm>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf8.h"

namespace leadspool::receiver {
namespace {

constexpr std::size_t kLongestIdempotencyKey = 128;

}  // namespace

std::vector<std::string_view> content_encodings(const std::vector<http::Header>& headers) {
  std::vector<std::string_view> encodings;
  for (const http::Header& header : headers) {
    if (!equal_in_any_case(header.name, "Content-Encoding")) continue;
    const std::string_view list = header.value;
    for (std::size_t start = 0; start <= list.size();) {
      const std::size_t end = std::min(list.find(',', start), list.size());
      const auto encoding = trimmed(list.substr(start, end - start));
      if (!encoding.empty() && !equal_in_any_case(encoding, "identity")) encodings.push_back(encoding);
      start = end + 1;
    }
  }
  return encodings;
}

std::string idempotency_key(const std::vector<http::Header>& headers, std::string_view secret) {
  auto key = trimmed(http::find_header(headers, "Idempotency-Key"));
  if (key.empty()) key = trimmed(http::find_header(headers, "webhook-id"));
  const bool fits = key.size() <= kLongestIdempotencyKey && !find_invalid_utf8(key);
  const bool tells_secret = !secret.empty() && key.find(secret) != std::string_view::npos;
  return fits && !tells_secret ? std::string(key) : to_hex(sha256(key));
}

}  // namespace leadspool::receiver
