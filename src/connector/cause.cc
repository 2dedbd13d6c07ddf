#include "connector/cause.h"

#include <algorithm>
#include <cstdint>

namespace leadspool::connector {
namespace {

constexpr std::size_t kLongestCause = 200;   // bytes
constexpr std::size_t kLongestField = 64;    // bytes
constexpr std::ptrdiff_t kDigitsOfAnId = 4;  // "address1_line2" is a field, "a81f04c9" is not

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) {
  return is_lower(c) || (c >= 'A' && c <= 'Z') || static_cast<std::uint8_t>(c) >= 0x80;
}
bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_word(char c) {
  return is_digit(c) || is_letter(c) || c == '_' || c == '@' || c == '.' || c == '+' || c == '-';
}

std::string_view stand_in(std::string_view word) {
  const auto digits = std::count_if(word.begin(), word.end(), is_digit);
  const auto at_sign = word.find('@');
  if (at_sign != std::string_view::npos && at_sign != 0 && at_sign + 1 != word.size()) return "<email>";
  if (digits == 0) return word;
  if (std::none_of(word.begin(), word.end(), is_letter)) return "<number>";
  return digits >= kDigitsOfAnId ? "<id>" : word;
}

bool is_field_name(std::string_view quoted) {
  return quoted.find('_') != std::string_view::npos &&
         std::all_of(quoted.begin(), quoted.end(), [](char c) { return is_lower(c) || c == '_'; });
}

// Where the quoted value that opens at `opening` ends, on its closing quote; npos when it is an apostrophe.
std::size_t closing_quote(std::string_view words, std::size_t opening) {
  if (opening > 0 && is_word(words[opening - 1])) return std::string_view::npos;
  for (std::size_t at = opening + 1; at < words.size(); ++at) {
    const bool ends_word = at + 1 == words.size() || !(is_letter(words[at + 1]) || is_digit(words[at + 1]));
    if (words[at] == words[opening] && ends_word) return at;
  }
  return std::string_view::npos;
}

// Values come in any number of words and digits groups: several stand-ins in a row count as one.
void append(std::string& cause, std::string_view text) {
  if (text.starts_with('<') && cause.ends_with(std::string(text) + " ")) {
    cause.pop_back();
  } else {
    cause += text;
  }
}

// At most `longest` bytes, ending between two characters.
std::string_view shortened(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

}  // namespace

std::string normalise_cause(std::string_view words) {
  std::string cause;
  std::size_t at = 0;
  while (at < words.size()) {
    const char c = words[at];
    const std::size_t closing = is_quote(c) ? closing_quote(words, at) : std::string_view::npos;
    if (closing != std::string_view::npos) {
      const auto quoted = words.substr(at + 1, closing - at - 1);
      append(cause, is_field_name(quoted) ? quoted : "<value>");
      at = closing + 1;
    } else if (is_word(c)) {
      std::size_t end = at;
      while (end < words.size() && is_word(words[end])) ++end;
      auto word = words.substr(at, end - at);
      // A full stop or dash at its end belongs to the sentence.
      while (word.size() > 1 && (word.back() == '.' || word.back() == '-')) word.remove_suffix(1);
      append(cause, stand_in(word));
      at += word.size();
    } else {
      const bool is_blank = static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7F;
      if (!is_blank) cause += c;
      if (is_blank && !cause.empty() && !cause.ends_with(' ')) cause += ' ';
      ++at;
    }
  }
  while (cause.ends_with(' ')) cause.pop_back();
  return std::string(shortened(cause, kLongestCause));
}

std::string http_cause(int status, std::string_view words, std::string_view field) {
  std::string cause = "HTTP " + std::to_string(status);
  const std::string normalised = normalise_cause(words);
  if (!normalised.empty()) cause += ": " + normalised;
  if (!field.empty() && normalised.find(field) == std::string::npos) {
    cause += " (field " + std::string(shortened(field, kLongestField)) + ")";
  }
  return cause;
}

}  // namespace leadspool::connector
