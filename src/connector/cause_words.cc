#include "connector/cause_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"

namespace leadspool::connector {
namespace {

constexpr std::ptrdiff_t kDigitsOfAnId = 4;  // "address1_line2" is a field, "a81f04c9" is not
constexpr std::size_t kShortestIdFromDigit = 4;
constexpr std::size_t kDigitsOfHex = 8;  // of a short id; a long one has twice as many or more

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
  // No "b" for bytes: an id in hexadecimal may end in one.
  constexpr std::array<std::string_view, 12> kUnits{"ms",  "us", "ns", "s",  "sec", "m",
                                                    "min", "h",  "kb", "mb", "gb",  "z"};
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

// What a name made of words in CamelCase consists of: "HTTPRequest2" of three. Chance changes between letters
// of both cases, digits and signs much more often than a name does.
std::size_t count_humps(std::string_view text) {
  std::size_t humps = text.empty() ? 0 : 1;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char before = text[i - 1];
    const char c = text[i];
    if (is_upper(before) && is_lower(c)) {
      if (i > 1 && is_upper(text[i - 2])) ++humps;
    } else if (is_lower(before) != is_lower(c) || is_upper(before) != is_upper(c) ||
               is_digit(before) != is_digit(c)) {
      ++humps;
    }
  }
  return humps;
}

// How many letters stand in runs of three or more small ones, as those of a language do.
std::size_t count_letters_of_words(std::string_view text) {
  constexpr std::size_t kShortestRun = 3;
  std::size_t letters = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = is_lower(c) ? run + 1 : 0;
    if (run >= kShortestRun) letters += run == kShortestRun ? run : 1;
  }
  return letters;
}

bool is_of_base64(char c) { return is_digit(c) || is_lower(c) || is_upper(c) || c == '+' || c == '/'; }

bool looks_random(std::string_view text) {
  constexpr std::size_t kShortest = 22;  // 16 bytes in base64
  constexpr std::size_t kLongestHump = 4;
  return text.size() >= kShortest && std::all_of(text.begin(), text.end(), is_of_base64) &&
         count_humps(text) * kLongestHump > text.size() && count_letters_of_words(text) * 3 < text.size() * 2;
}

// The length with its padding; 0 where there is none.
std::size_t padded_base64_length(std::string_view text) {
  constexpr std::size_t kShortest = 10;
  constexpr std::size_t kHumpsOfChance = 3;  // "Name=" is an assignment
  std::size_t size = 0;
  while (is_of_base64(at(text, size))) ++size;
  const std::size_t padding = at(text, size) != '=' ? 0 : at(text, size + 1) != '=' ? 1 : 2;
  const auto behind = text.substr(std::min(size + padding, text.size()));
  if (padding == 0 || size < kShortest || is_of_base64(at(behind, 0)) || at(behind, 0) == '=') return 0;
  if (padding == 1 && (quote_length(behind) != 0 || count_humps(text.substr(0, size)) < kHumpsOfChance))
    return 0;
  return (size + padding) % 4 == 0 || looks_random(text.substr(0, size)) ? size + padding : 0;
}

std::size_t unpadded_base64_length(std::string_view text) {
  std::size_t size = 0;
  while (is_of_base64(at(text, size))) ++size;
  const bool word_goes_on = word_length(text.substr(size)) != 0 && is_word(at(text, size + 1));
  return !word_goes_on && looks_random(text.substr(0, size)) ? size : 0;
}

bool is_hex_id(std::string_view part) {
  const bool has_digit = std::any_of(part.begin(), part.end(), is_digit);
  return part.size() + (has_digit ? 1 : 0) >= kDigitsOfHex && std::all_of(part.begin(), part.end(), is_hex) &&
         (part.size() >= kDigitsOfHex || std::any_of(part.begin(), part.end(), is_letter));
}

// Whether a word is an id or is built around one: "7262b8a9.pdf".
bool is_id(std::string_view word) {
  if (std::all_of(word.begin(), word.end(), is_digit)) {
    // By chance an id in hexadecimal has no letter. Ids that are counted are seldom of these lengths.
    return word.size() == kDigitsOfHex || word.size() >= 2 * kDigitsOfHex;
  }
  if (std::none_of(word.begin(), word.end(), is_letter)) return false;
  if (looks_random(word)) return true;
  for (std::size_t from = 0; from < word.size();) {
    const auto end = std::min(word.find_first_of("-_.+", from), word.size());
    if (is_hex_id(word.substr(from, end - from))) return true;
    from = end + 1;
  }
  return false;
}

// Of the mark at the start of `text` every one that may close what it opens: all as long as itself.
std::array<std::string_view, 2> closing_marks(std::string_view text) {
  struct Pair {
    std::string_view opening;
    std::array<std::string_view, 2> closing;
  };
  static constexpr Pair kPairs[] = {
      {"\"", {"\""}},
      {"'", {"'"}},
      {"`", {"`", "'"}},
      {"\u201C", {"\u201D"}},            // English
      {"\u201E", {"\u201C", "\u201D"}},  // German, Polish
      {"\u201D", {"\u201D"}},            // Swedish
      {"\u2018", {"\u2019"}},
      {"\u201A", {"\u2018", "\u2019"}},
      {"\u2019", {"\u2019"}},
      {"\u00AB", {"\u00BB"}},  // French
      {"\u00BB", {"\u00AB"}},
      {"\u2039", {"\u203A"}},
      {"\u203A", {"\u2039"}},
      {"\u300C", {"\u300D"}},  // Japanese
      {"\u300E", {"\u300F"}},
  };
  for (const auto& [opening, closing] : kPairs) {
    if (text.starts_with(opening)) return closing;
  }
  return {};
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
  return is_letter(after) || is_digit(after) || after == '_' || after == '@' ||
                 (after == '-' && is_word(at(text, end + 1)))
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

std::size_t id_length(std::string_view text) {
  if (const auto length = padded_base64_length(text); length != 0) return length;
  if (const auto length = unpadded_base64_length(text); length != 0) return length;
  const auto word = text.substr(0, word_length(text));
  return stand_in(word) != "<email>" && !is_error_code(word) && is_id(word) ? word.size() : 0;
}

std::size_t quote_length(std::string_view text) { return closing_marks(text).front().size(); }

std::size_t quoted_length(std::string_view text) {
  const auto mark = quote_length(text);
  const auto closing = closing_marks(text);
  for (std::size_t end = mark; mark != 0 && end + mark <= text.size(); ++end) {
    const auto here = text.substr(end, mark);
    if (here != closing[0] && here != closing[1]) continue;
    // Inside a word it is an apostrophe.
    const char after = at(text, end + mark);
    const bool may_be_apostrophe = mark == 1 || here == "\u2019";
    const bool in_word = mark == 1 ? is_letter(after) || is_digit(after) : is_lower(after) || is_upper(after);
    if (!may_be_apostrophe || !in_word) return end + mark;
  }
  return 0;
}

std::string_view stand_in(std::string_view word) {
  const auto digits = count_digits(word);
  const auto at_sign = word.find('@');
  if (at_sign != std::string_view::npos && at_sign != 0 && at_sign + 1 != word.size()) return "<email>";
  if (is_error_code(word)) return word;
  if (is_id(word)) return "<id>";
  if (digits == 0) return word;
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
  return !text.empty() && stand_in(text) == text && std::all_of(text.begin(), text.end(), [](char c) {
    return is_lower(c) || is_upper(c) || is_digit(c) || c == '_' || c == '.';
  });
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
