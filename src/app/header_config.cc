#include "app/header_config.h"

#include <algorithm>

#include "base/text.h"

namespace leadspool::app {
namespace {

bool is_header_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos;
  });
}

// Headers that Leadspool sets itself, or that would break the request's framing.
bool is_ours(const std::string& name) {
  constexpr std::string_view kOurs[] = {"content-length",
                                        "content-type",
                                        "connection",
                                        "expect",
                                        "host",
                                        "idempotency-key",
                                        "te",
                                        "trailer",
                                        "transfer-encoding",
                                        "upgrade",
                                        "webhook-id",
                                        "webhook-signature",
                                        "webhook-timestamp"};
  return std::find(std::begin(kOurs), std::end(kOurs), to_lower(name)) != std::end(kOurs);
}

bool carries_a_secret(const std::string& name) {
  const std::string plain = to_lower(name);
  for (const auto* word : {"authorization", "cookie", "token", "secret", "password", "api-key", "apikey"}) {
    if (plain.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::vector<http::Header> read_headers(ConfigSection& section, const ReadingContext& context) {
  std::vector<http::Header> headers;
  const auto* table = section.table("headers");
  if (table == nullptr) return headers;
  for (const auto& [name, place, value] : *table) {
    const std::string key = "headers." + name;
    if (!check_header_name(section, key, place, name)) continue;
    const auto* literal = std::get_if<std::string>(&value.held);
    const auto content = literal != nullptr && !carries_a_secret(name)
                             ? std::optional{Secret{*literal}}
                             : read_secret(value, key, context, section);
    if (!content) continue;
    if (is_header_value(content->reveal())) {
      headers.push_back({name, content->reveal()});
    } else {
      section.error_at(value.place, key, "a header's value is one line without control characters");
    }
  }
  return headers;
}

bool check_header_name(ConfigSection& section, std::string_view key, TomlPlace place,
                       const std::string& name) {
  if (!is_header_name(name)) {
    section.error_at(place, key, "is not a header's name");
  } else if (is_ours(name)) {
    section.error_at(place, key,
                     to_lower(name) == "content-type"
                         ? "has a key of its own, `content_type`; remove the line"
                         : "Leadspool sets this header itself; remove the line");
  } else {
    return true;
  }
  return false;
}

bool is_header_value(const std::string& value) {
  return std::all_of(value.begin(), value.end(),
                     [](unsigned char c) { return (c >= 32 && c != 127) || c == '\t'; });
}

}  // namespace leadspool::app
