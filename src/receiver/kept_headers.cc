#include "receiver/kept_headers.h"

#include <algorithm>
#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/text.h"

namespace leadspool::receiver {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kCredentials{"authorization", "proxy-authorization", "cookie",
                                                       "set-cookie"};

// As the query of an address is decoded.
std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && text.size() - i > 2 ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    plain += byte ? byte->front() : text[i] == '+' ? ' ' : text[i];
    if (byte) i += 2;
  }
  return plain;
}

bool occurs_in(std::string_view text, std::string_view key) {
  if (text.find(key) != std::string_view::npos) return true;
  const bool is_encoded = text.find_first_of("%+") != std::string_view::npos;
  return is_encoded && decoded(text).find(key) != std::string::npos;
}

bool carries_key(const http::Header& header, std::string_view lower_name, std::string_view key) {
  if (std::find(kCredentials.begin(), kCredentials.end(), lower_name) != kCredentials.end()) return true;
  return !key.empty() && (occurs_in(header.value, key) || occurs_in(header.name, key));
}

}  // namespace

std::string kept_headers_json(const std::vector<http::Header>& headers, std::string_view key) {
  Json kept = Json::object();
  for (const http::Header& header : headers) {
    const std::string name = to_lower(header.name);
    if (carries_key(header, name, key)) continue;
    if (const auto earlier = kept.find(name); earlier != kept.end()) {
      earlier->get_ref<std::string&>().append(", ").append(header.value);
    } else {
      kept[name] = header.value;
    }
  }
  // A header may hold any bytes.
  return kept.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leadspool::receiver
