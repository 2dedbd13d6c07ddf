#include "admin/parameters.h"

#include <algorithm>

#include "admin/answers.h"

namespace leadspool::admin {
namespace {

constexpr int kUsualLimit = 50;

}  // namespace

const std::string kLimitTakes = "a whole number from 1 to " + std::to_string(kMaxLimit);
// A "+" in a query is a space, which is how most wrong times come about.
const std::string kTimeTakes =
    "a time like 2026-01-31T09:30:00Z (RFC 3339; a \"+\" in an offset is written %2B)";

std::optional<std::string_view> given(const http::Request& request, std::string_view name) {
  const auto value = request.query_value(name);
  return value && !value->empty() ? value : std::nullopt;
}

http::Error bad_parameter(std::string_view name, const std::string& message) {
  http::Error error = make_error(400, "bad_parameter", message);
  error.details.emplace_back("parameter", name);
  return error;
}

// The name stands alone, since a person at a terminal knows it as an option.
http::Error bad_value(std::string_view name, const std::string& takes) {
  return bad_parameter(name, "\"" + std::string(name) + "\" takes " + takes + ".");
}

std::optional<http::Error> find_bad_parameter(const http::Request& request,
                                              const std::vector<std::string_view>& known) {
  for (const auto& each : request.query) {
    const std::string& name = each.first;
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      std::string message = "Unknown query parameter \"" + name + "\"; ";
      message += known.empty() ? "this address takes none" : "known are ";
      for (const auto& one : known) message += (one == known.front() ? "" : ", ") + std::string(one);
      return bad_parameter(name, message + ".");
    }
    const auto same_name = [&](const auto& other) { return other.first == name; };
    if (std::count_if(request.query.begin(), request.query.end(), same_name) > 1) {
      return bad_parameter(name, "Query parameter \"" + name + "\" is given more than once.");
    }
  }
  return std::nullopt;
}

std::variant<int, http::Error> parse_limit_query(const http::Request& request) {
  const auto value = given(request, "limit");
  if (!value) return kUsualLimit;
  const auto limit = parse_number<int>(*value);
  if (!limit || *limit < 1 || *limit > kMaxLimit) return bad_value("limit", kLimitTakes);
  return *limit;
}

}  // namespace leadspool::admin
