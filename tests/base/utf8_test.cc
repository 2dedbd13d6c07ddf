#include "base/utf8.h"

#include "support/catch.h"

using leadspool::find_invalid_utf8;

TEST_CASE("only whole, shortest, surrogate-free characters are UTF-8") {
  const std::optional<std::size_t> valid;
  const std::pair<std::string_view, std::optional<std::size_t>> table[] = {
      {"", valid},
      {"plain", valid},
      {"\x7F", valid},
      {"\xC2\x80", valid},
      {"\xDF\xBF", valid},
      {"\xE0\xA0\x80", valid},
      {"\xED\x9F\xBF\xEE\x80\x80", valid},
      {"\xEF\xBF\xBF", valid},
      {"\xF0\x90\x80\x80", valid},
      {"\xF4\x8F\xBF\xBF", valid},
      {"ab\x80", 2},              // a following byte alone
      {"ab\xC1\xBF", 2},          // could be shorter
      {"ab\xE0\x9F\xBF", 2},      // could be shorter
      {"ab\xF0\x8F\xBF\xBF", 2},  // could be shorter
      {"ab\xED\xA0\x80", 2},      // a surrogate
      {"ab\xF4\x90\x80\x80", 2},  // beyond U+10FFFF
      {"ab\xF5\x80\x80\x80", 2},
      {"ab\xC3", 2},  // cut off
      {"ab\xE2\x82", 2},
      {"ab\xF0\x9F\x9A", 2},
      {"ab\xE2\x28\xA1", 2},
      {"ab\xE2\x82\x28", 2},
      {"\xC3\xAB\xC3\x28", 2},
  };
  for (const auto& [text, at] : table) {
    INFO(text);
    REQUIRE(find_invalid_utf8(text) == at);
  }
}
