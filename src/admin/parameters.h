// Single parameters of a query: whether they are given, and what to tell of those that are wrong.
//
// Thread-safety: pure functions.
#pragma once

#include <charconv>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"

namespace leadspool::admin {

inline constexpr int kMaxLimit = 500;

// What a parameter takes, as the end of a sentence.
extern const std::string kLimitTakes;
extern const std::string kTimeTakes;

// Its value; nullopt when it is absent or empty, so a form may send all its fields.
[[nodiscard]] std::optional<std::string_view> given(const http::Request& request, std::string_view name);

[[nodiscard]] http::Error bad_parameter(std::string_view name, const std::string& message);
// `"limit" takes a whole number from 1 to 500.`
[[nodiscard]] http::Error bad_value(std::string_view name, const std::string& takes);

// The error for a parameter that is not among `known`, or is given twice; nullopt when there is none.
[[nodiscard]] std::optional<http::Error> find_bad_parameter(const http::Request& request,
                                                            const std::vector<std::string_view>& known);

// How many are wanted at most: "limit", 50 unless given.
[[nodiscard]] std::variant<int, http::Error> parse_limit_query(const http::Request& request);

// A whole number within `text` and nothing else.
template <typename Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "one of hour, day"
template <typename Values>
[[nodiscard]] std::string one_of(const Values& values) {
  std::string text = "one of ";
  for (const auto value : values) {
    if (value != *std::begin(values)) text += ", ";
    text += to_string(value);
  }
  return text;
}

}  // namespace leadspool::admin
