// Text as characters: where it may be cut, how long it is in UTF-16, and its letters' case.
//
// Thread-safety: pure. Errors: all take well-formed UTF-8, which valid_utf8() gives.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leadspool::connector {

// `text` with every byte that is no part of UTF-8 as U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string text);

// In code units.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

// As much of the start of `text` as fits, ending neither before a combining mark nor inside an emoji that is
// made of several characters, unless nothing at all would be left.
[[nodiscard]] std::string_view cut_to_utf16(std::string_view text, std::size_t longest);  // in code units
[[nodiscard]] std::string_view cut_to_characters(std::string_view text,
                                                 std::size_t longest);  // in code points

// Of Latin, Greek and Cyrillic letters that have one counterpart: ß stays, as do the Turkish I with a dot and
// the i without.
[[nodiscard]] std::string upper_case(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace leadspool::connector
