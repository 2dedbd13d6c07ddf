// Pieces that the views of the admin API have in common. Absent times, ids and causes are null; absent texts
// of a lead are "". Times are RFC 3339 UTC; text that is not UTF-8 (a CRM's answer may not be) has U+FFFD in
// its place.
//
// The JSON type is a parameter, so that its library stays in the .cc files.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace leadspool::admin {

template <typename Json>
[[nodiscard]] Json or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}
template <typename Json>
[[nodiscard]] Json or_null(const std::optional<Time>& time) {
  return time ? Json(to_rfc3339(*time)) : Json(nullptr);
}
template <typename Json>
[[nodiscard]] Json or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

template <typename Json, typename Rows, typename ToJson>
[[nodiscard]] Json array_of(const Rows& rows, ToJson to_json) {
  Json array = Json::array();
  for (const auto& row : rows) array.push_back(to_json(row));
  return array;
}

template <typename Json>
[[nodiscard]] std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leadspool::admin
