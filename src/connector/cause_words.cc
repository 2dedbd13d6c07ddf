#include "connector/cause_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace leadspool::connector {
namespace {

constexpr std::ptrdiff_t kDigitsOfAnId = 4;  // "address1_line2" is a field, "a81f04c9" is not
constexpr std::size_t kShortestIdFromDigit = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c) || static_cast<std::uint8_t>(c) >= 0x80; }
bool is_hex(char c) { return is_digit(c) || ('a' <= to_lower(c) && to_lower(c) <= 'f'); }

char at(std::string_view text, std::size_t place) { return place < text.size() ? text[place] : '\0'; }

std::ptrdiff_t count_digits(std::string_view text) {
  return std::count_if(text.begin(), text.end(), is_digit);
}

template <std::size_t Size>
bool is_one_of(std::string_view word, const std::array<std::string_view, Size>& list) {
  return std::any_of(list.begin(), list.end(),
                     [&](std::string_view each) { return equal_in_any_case(word, each); });
}

// "2001:db8::1"
std::size_t ipv6_length(std::string_view text) {
  std::size_t end = 0;
  while (is_hex(at(text, end)) || at(text, end) == ':') ++end;
  while (end > 0 && text[end - 1] == ':' && !text.substr(0, end).ends_with("::")) --end;
  const auto candidate = text.substr(0, end);
  const auto colons = std::count(candidate.begin(), candidate.end(), ':');
  const bool is_address = candidate.find("::") != std::string_view::npos || colons == 7;
  return colons >= 2 && is_address && std::any_of(candidate.begin(), candidate.end(), is_hex) &&
                 !is_word(at(text, end))
             ? end
             : 0;
}

// Of what stands right behind a number: "ms" of "3012ms".
std::size_t unit_length(std::string_view text) {
  constexpr std::array<std::string_view, 13> kUnits{"ms", "us", "ns", "s",  "sec", "m", "min",
                                                    "h",  "kb", "mb", "gb", "z",   "b"};
  std::size_t end = 0;
  while (is_letter(at(text, end))) ++end;
  return is_one_of(text.substr(0, end), kUnits) ? end : 0;
}

// A code that stands for the reason, though it is made of digits.
bool is_error_code(std::string_view word) {
  constexpr std::size_t kLongestHex = 8;
  if (word.starts_with("0x") || word.starts_with("0X")) {
    const auto hex = word.substr(2);
    return !hex.empty() && hex.size() <= kLongestHex && std::all_of(hex.begin(), hex.end(), is_hex);
  }
  constexpr std::string_view kMicrosoftSignIn = "AADSTS";
  return word.starts_with(kMicrosoftSignIn) && word.size() > kMicrosoftSignIn.size() &&
         std::all_of(word.begin() + kMicrosoftSignIn.size(), word.end(), is_digit);
}

}  // namespace

bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '@' || c == '.' || c == '+' || c == '-';
}

std::size_t url_length(std::string_view text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return 0;
  auto end = std::min(text.find_first_of(" \t\r\n\"'`<>()[]{},;"), text.size());
  while (text[end - 1] == '.' || text[end - 1] == ':') --end;
  return end;
}

std::size_t number_length(std::string_view text) {
  if (const auto length = ipv6_length(text); length != 0) return length;
  std::size_t end = 0;
  if (at(text, 0) == '(') {
    std::size_t inner = 1;
    while (is_digit(at(text, inner)) || at(text, inner) == '+') ++inner;
    if (at(text, inner) != ')') return 0;
    end = inner + 1;
    while (at(text, end) == ' ' || at(text, end) == '-') ++end;
  }
  if (at(text, end) == '+' || at(text, end) == '-') ++end;
  if (!is_digit(at(text, end))) return 0;
  for (;;) {
    while (is_digit(at(text, end))) ++end;
    const char c = at(text, end);
    const bool joins = c == '.' || c == ',' || c == ':' || c == '/' || c == '+' || c == '-' || c == 'T';
    if (!joins || !is_digit(at(text, end + 1))) break;
    ++end;
  }
  end += unit_length(text.substr(end));
  const char after = at(text, end);
  return is_letter(after) || after == '_' || after == '@' || (after == '-' && is_word(at(text, end + 1)))
             ? 0
             : end;
}

std::size_t word_length(std::string_view text) {
  const auto in_address = [](char c) { return is_word(c) || c == '\'' || c == '&' || c == '%'; };
  if (!is_word(at(text, 0))) return 0;
  std::size_t end = 0;
  while (in_address(at(text, end))) ++end;
  if (text.substr(0, end).find('@') == std::string_view::npos) {
    end = 0;
    while (is_word(at(text, end))) ++end;
  } else {
    while (!is_word(text[end - 1])) --end;
  }
  while (end > 1 && (text[end - 1] == '.' || text[end - 1] == '-')) --end;
  return end;
}

std::size_t quote_length(std::string_view text) {
  if (at(text, 0) == '"' || at(text, 0) == '\'' || at(text, 0) == '`') return 1;
  return text.starts_with("\xE2\x80\x9C") || text.starts_with("\xE2\x80\x98") ? 3 : 0;
}

std::size_t quoted_length(std::string_view text) {
  const auto mark = quote_length(text);
  if (mark == 0) return 0;
  // A typographic mark closes with the next one of its kind.
  std::string closing(text.substr(0, mark));
  if (mark > 1) ++closing.back();
  for (auto at_mark = text.find(closing, mark); at_mark != std::string_view::npos;
       at_mark = text.find(closing, at_mark + mark)) {
    const char after = at(text, at_mark + mark);
    if (mark > 1 || !(is_letter(after) || is_digit(after))) return at_mark + mark;
  }
  return 0;
}

std::string_view stand_in(std::string_view word) {
  const auto digits = count_digits(word);
  const auto at_sign = word.find('@');
  if (at_sign != std::string_view::npos && at_sign != 0 && at_sign + 1 != word.size()) return "<email>";
  if (digits == 0 || is_error_code(word)) return word;
  if (std::none_of(word.begin(), word.end(), is_letter)) return "<number>";
  const bool begins_like_id = is_digit(word.front()) && word.size() >= kShortestIdFromDigit;
  return digits >= kDigitsOfAnId || begins_like_id ? "<id>" : word;
}

bool is_part_of_moment(std::string_view word) {
  constexpr std::array<std::string_view, 4> kMarks{"AM", "PM", "GMT", "UTC"};
  constexpr std::array<std::string_view, 19> kNames{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun",
                                                    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
                                                    "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::array<std::string_view, 19> kRests{
      "day", "sday", "nesday", "rsday", "day", "urday",  "day",  "uary",  "ruary", "ch",
      "il",  "",     "e",      "y",     "ust", "tember", "ober", "ember", "ember"};
  if (is_one_of(word, kMarks)) return true;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (word.starts_with(kNames[i]) && (word.size() == 3 || word.substr(3) == kRests[i])) return true;
  }
  return false;
}

bool is_identifier(std::string_view text) {
  return !text.empty() && count_digits(text) < kDigitsOfAnId &&
         std::all_of(
             text.begin(), text.end(),
             [](char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '.'; });
}

bool is_programmers_name(std::string_view text) {
  if (!is_identifier(text) || text.find('_') == std::string_view::npos) return false;
  const bool one_case =
      std::none_of(text.begin(), text.end(), is_lower) || std::none_of(text.begin(), text.end(), is_upper);
  return one_case || text.find("__") != std::string_view::npos;
}

bool announces_field(std::string_view word) {
  constexpr std::array<std::string_view, 6> kWords{"field",  "property",  "attribute",
                                                   "column", "parameter", "entity"};
  return is_one_of(word, kWords);
}

}  // namespace leadspool::connector
