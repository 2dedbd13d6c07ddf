#include "connector/characters.h"

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/utf8.h"

namespace leadspool::connector {
namespace {

struct Character {
  char32_t code;
  std::size_t bytes;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  const std::size_t bytes = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
  if (bytes == 1 || text.size() < bytes) return {byte(0), 1};
  char32_t code = byte(0) & (0xFFU >> (bytes + 1));
  for (std::size_t at = 1; at < bytes; ++at) code = code << 6U | (byte(at) & 0x3FU);
  return {code, bytes};
}

void append(std::string& text, char32_t code) {
  const auto add = [&](char32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xC0 | code >> 6U);
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12U);
    add(0x80 | (code >> 6U & 0x3FU));
  } else {
    add(0xF0 | code >> 18U);
    add(0x80 | (code >> 12U & 0x3FU));
    add(0x80 | (code >> 6U & 0x3FU));
  }
  add(0x80 | (code & 0x3FU));
}

struct Range {
  char32_t first;
  char32_t last;
};

// What belongs to the character before it: combining marks, what is chosen by a variation selector, skin
// tones, the letters of flags made of tags. Of the scripts of marks those that a lead is likely to hold.
constexpr Range kAttached[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06DC},   {0x0900, 0x0903},   {0x093A, 0x093C}, {0x093E, 0x094F},
    {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},   {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200D, 0x200D},   {0x20D0, 0x20FF},   {0x3099, 0x309A},   {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

constexpr char32_t kJoiner = 0x200D;

bool is_attached(char32_t code) {
  return std::ranges::any_of(kAttached,
                             [&](const Range& range) { return range.first <= code && code <= range.last; });
}

// Two of them make a flag.
bool is_regional(char32_t code) { return 0x1F1E6 <= code && code <= 0x1F1FF; }

std::size_t utf16_units(char32_t code) { return code < 0x10000 ? 1 : 2; }
std::size_t one_each(char32_t) { return 1; }

std::string_view cut(std::string_view text, std::size_t longest, std::size_t (*size_of)(char32_t)) {
  std::size_t at = 0;
  std::size_t size = 0;
  std::size_t between = 0;  // two whole characters, as a person sees them
  std::size_t regionals = 0;
  char32_t before = 0;
  while (at < text.size()) {
    const auto [code, bytes] = first_character(text.substr(at));
    const bool inside = is_attached(code) || before == kJoiner || (is_regional(code) && regionals % 2 == 1);
    if (!inside) between = at;
    size += size_of(code);
    if (size > longest) return text.substr(0, between > 0 ? between : at);
    regionals = is_regional(code) ? regionals + 1 : 0;
    before = code;
    at += bytes;
  }
  return text;
}

// Capitals from `first` to `last`, `step` apart, and how far their small letters are from them.
struct Capitals {
  char32_t first;
  char32_t last;
  char32_t step;
  std::int32_t to_small;
};
constexpr Capitals kCapitals[] = {
    {U'A', U'Z', 1, 32},   {0xC0, 0xD6, 1, 32},    {0xD8, 0xDE, 1, 32},    {0x100, 0x12E, 2, 1},
    {0x132, 0x136, 2, 1},  {0x139, 0x147, 2, 1},   {0x14A, 0x176, 2, 1},   {0x178, 0x178, 1, -121},
    {0x179, 0x17D, 2, 1},  {0x1A0, 0x1A4, 2, 1},   {0x1AF, 0x1AF, 1, 1},   {0x1CD, 0x1DB, 2, 1},
    {0x1DE, 0x1EE, 2, 1},  {0x1F8, 0x21E, 2, 1},   {0x222, 0x232, 2, 1},   {0x246, 0x24E, 2, 1},
    {0x386, 0x386, 1, 38}, {0x388, 0x38A, 1, 37},  {0x38C, 0x38C, 1, 64},  {0x38E, 0x38F, 1, 63},
    {0x391, 0x3A1, 1, 32}, {0x3A3, 0x3AB, 1, 32},  {0x400, 0x40F, 1, 80},  {0x410, 0x42F, 1, 32},
    {0x460, 0x480, 2, 1},  {0x48A, 0x4BE, 2, 1},   {0x4C0, 0x4C0, 1, 15},  {0x4C1, 0x4CD, 2, 1},
    {0x4D0, 0x52E, 2, 1},  {0x1E00, 0x1E94, 2, 1}, {0x1EA0, 0x1EFE, 2, 1},
};

bool holds(const Capitals& capitals, char32_t code) {
  return capitals.first <= code && code <= capitals.last && (code - capitals.first) % capitals.step == 0;
}

char32_t shifted(char32_t code, std::int32_t by) {
  return static_cast<char32_t>(static_cast<std::int32_t>(code) + by);
}

char32_t to_small(char32_t code) {
  for (const Capitals& capitals : kCapitals) {
    if (holds(capitals, code)) return shifted(code, capitals.to_small);
  }
  return code;
}

char32_t to_capital(char32_t code) {
  constexpr char32_t kFinalSigma = 0x3C2;
  if (code == kFinalSigma) return 0x3A3;
  for (const Capitals& capitals : kCapitals) {
    const char32_t capital = shifted(code, -capitals.to_small);
    if (holds(capitals, capital)) return capital;
  }
  return code;
}

std::string with_each(std::string_view text, char32_t (*change)(char32_t)) {
  std::string changed;
  changed.reserve(text.size());
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    append(changed, change(code));
    text.remove_prefix(bytes);
  }
  return changed;
}

}  // namespace

std::string valid_utf8(std::string text) {
  auto invalid = find_invalid_utf8(text);
  if (!invalid) return text;
  std::string valid;
  std::string_view rest = text;
  for (; invalid; invalid = find_invalid_utf8(rest)) {
    valid += rest.substr(0, *invalid);
    valid += "\xEF\xBF\xBD";
    rest.remove_prefix(*invalid + 1);
  }
  return valid.append(rest);
}

std::size_t utf16_length(std::string_view text) {
  std::size_t length = 0;
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    length += utf16_units(code);
    text.remove_prefix(bytes);
  }
  return length;
}

std::string_view cut_to_utf16(std::string_view text, std::size_t longest) {
  return cut(text, longest, utf16_units);
}

std::string_view cut_to_characters(std::string_view text, std::size_t longest) {
  return cut(text, longest, one_each);
}

std::string upper_case(std::string_view text) { return with_each(text, to_capital); }
std::string lower_case(std::string_view text) { return with_each(text, to_small); }

}  // namespace leadspool::connector
