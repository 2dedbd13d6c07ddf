#include "receiver/kept_headers.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace leadspool::receiver {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kCredentials{"authorization", "proxy-authorization", "cookie",
                                                       "set-cookie"};

bool carries_key(const http::Header& header, std::string_view lower_name, std::string_view key) {
  if (std::find(kCredentials.begin(), kCredentials.end(), lower_name) != kCredentials.end()) return true;
  return !key.empty() &&
         (header.value.find(key) != std::string::npos || header.name.find(key) != std::string::npos);
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
