#include "outbox/mentions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace leadspool::outbox {
namespace {

constexpr std::string_view kJoins = ".-_+%";   // inside an address, between its letters and digits
constexpr std::size_t kEscapedCodeLength = 6;  // as \u002b

bool is_ascii_letter_or_digit(char c) {
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
}

// Of a character of several bytes: those that stand between words are signs and blanks of Latin-1 (C2 xx),
// General Punctuation (E2 80 xx, E2 81 xx), the ideographic blank and quotes (E3 80 xx), the byte order mark
// (EF BB BF) and full-width signs (EF BC xx, EF BD xx; full-width letters stand before no address).
bool is_letter_beyond_ascii(std::string_view character) {
  if (character[0] == '\xc2') return false;
  if (character.size() < 2) return true;
  const std::string_view first_two = character.substr(0, 2);
  constexpr std::array<std::string_view, 6> kBetweenWords{"\xe2\x80", "\xe2\x81", "\xe3\x80",
                                                          "\xef\xbb", "\xef\xbc", "\xef\xbd"};
  return std::find(kBetweenWords.begin(), kBetweenWords.end(), first_two) == kBetweenWords.end();
}

bool is_inside_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool ends_with_letter_or_digit(std::string_view text) {
  if (text.empty()) return false;
  if (static_cast<unsigned char>(text.back()) < 0x80) return is_ascii_letter_or_digit(text.back());
  auto from = text.size() - 1;
  while (from > 0 && is_inside_character(text[from])) --from;
  return is_letter_beyond_ascii(text.substr(from));
}

bool begins_with_letter_or_digit(std::string_view text) {
  if (text.empty()) return false;
  if (static_cast<unsigned char>(text.front()) < 0x80) return is_ascii_letter_or_digit(text.front());
  return is_letter_beyond_ascii(text);
}

// "b.anna@contoso.com" is another's, ", anna@contoso.com" and "...anna@contoso.com" are not.
bool is_begun_before(std::string_view before) {
  const auto last = before.find_last_not_of(kJoins);
  return last != std::string_view::npos && ends_with_letter_or_digit(before.substr(0, last + 1));
}

bool goes_on(std::string_view behind) {
  const auto first = behind.find_first_not_of(kJoins);
  return first != std::string_view::npos && begins_with_letter_or_digit(behind.substr(first));
}

// Both in lower case.
bool has_on_its_own(std::string_view text, std::string_view address) {
  for (auto at = text.find(address); at != std::string_view::npos; at = text.find(address, at + 1)) {
    if (!is_begun_before(text.substr(0, at)) && !goes_on(text.substr(at + address.size()))) return true;
  }
  return false;
}

// The ASCII character that the escape at the beginning of `text` stands for: a blank for those between words
// and for what is beyond ASCII.
char escaped(std::string_view text) {
  const char kind = text[1];
  if (kind != 'u') return kind == '"' || kind == '\\' || kind == '/' ? kind : ' ';
  int code = 0;
  const auto digits = text.substr(2, 4);
  const auto end = digits.data() + digits.size();
  if (std::from_chars(digits.data(), end, code, 16).ptr != end || code >= 0x80) return ' ';
  return static_cast<char>(code);
}

// What JSON's escapes stand for, as far as addresses are concerned.
std::string seen_through(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto escape = text.find('\\');
    plain += text.substr(0, escape);
    if (escape == std::string_view::npos || escape + 1 == text.size()) break;
    text.remove_prefix(escape);
    plain += escaped(text);
    text.remove_prefix(std::min(text.size(), text[1] == 'u' ? kEscapedCodeLength : 2));
  }
  return plain;
}

}  // namespace

bool mentions_address(std::string_view text, std::string_view address) {
  const auto lower_text = to_lower(text);
  const auto lower_address = to_lower(address);
  return has_on_its_own(lower_text, lower_address) ||
         (lower_text.find('\\') != std::string::npos &&
          has_on_its_own(seen_through(lower_text), lower_address));
}

}  // namespace leadspool::outbox
