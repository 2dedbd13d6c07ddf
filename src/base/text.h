// Letters in any case, and white space. ASCII only: the names compared here (headers, keys, fields) are.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace leadspool {

[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] std::string to_lower(std::string_view text);

// Without the white space before and after.
[[nodiscard]] std::string_view trimmed(std::string_view text);

[[nodiscard]] bool equal_in_any_case(std::string_view a, std::string_view b);

}  // namespace leadspool
