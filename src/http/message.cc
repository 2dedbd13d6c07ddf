#include "http/message.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/text.h"

namespace leadspool::http {

std::string_view find_header(const std::vector<Header>& headers, std::string_view name) {
  for (const auto& header : headers) {
    if (equal_in_any_case(header.name, name)) return header.value;
  }
  return {};
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::string_view Request::path_value(std::string_view name) const {
  const auto found = std::ranges::find(path_parameters, name, &std::pair<std::string, std::string>::first);
  CHECK(found != path_parameters.end());
  return found->second;
}

std::string_view bearer_token(const Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view authorization = request.header("Authorization");
  const bool is_bearer = equal_in_any_case(authorization.substr(0, kScheme.size()), kScheme);
  return is_bearer ? authorization.substr(kScheme.size()) : std::string_view{};
}

Response to_response(const Error& error) {
  nlohmann::ordered_json inner{{"code", error.code}, {"message", error.message}};
  for (const auto& [name, value] : error.details) inner[name] = value;
  nlohmann::ordered_json outer{{"error", std::move(inner)}};
  for (const auto& [name, value] : error.beside) outer[name] = value;

  // Texts may quote what a stranger sent, so they need not be UTF-8.
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return {.status = error.status,
          .body = outer.dump(-1, ' ', false, kReplace),
          .headers = error.headers,
          .delay = error.delay};
}

}  // namespace leadspool::http
