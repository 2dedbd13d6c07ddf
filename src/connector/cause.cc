#include "connector/cause.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/text.h"
#include "connector/cause_words.h"

namespace leadspool::connector {
namespace {

constexpr std::size_t kLongestCause = 200;  // bytes
constexpr std::size_t kLongestField = 64;   // bytes
// Stands where a value of the lead stood; no CRM's word, as those come without control characters.
constexpr char kOwnValue = '\x01';

// At most `longest` bytes, ending between two characters.
std::string_view shortened(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  while (end > 0 && (static_cast<std::uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// The person's own data, longest first, so that no value spoils one that it is part of.
std::vector<std::string_view> own_values(const LeadFields& lead) {
  constexpr std::size_t kShortest = 2;  // characters; "Li" is a name
  std::vector<std::string_view> values;
  for (const auto& field : kLeadFields) {
    const auto value = trimmed(lead.*field.member);
    if ((field.in_user_details || field.member == &LeadFields::description) && value.size() >= kShortest) {
      values.push_back(value);
    }
  }
  std::ranges::stable_sort(values, std::ranges::greater{},
                           [](std::string_view value) { return value.size(); });
  return values;
}

// Where `value` stands in `words` as words of its own, from `from` on.
std::size_t find_whole(const std::string& words, std::string_view value, std::size_t from) {
  // So short a value is taken for one only as it was written: "IN" is a country, "in" is not.
  constexpr std::size_t kShortestInAnyCase = 4;
  const auto in_word = [&](std::size_t place) {
    return place < words.size() && is_word(words[place]) && words[place] != '.' && words[place] != '-';
  };
  for (auto at = from; at + value.size() <= words.size(); ++at) {
    const std::string_view there(words.data() + at, value.size());
    const bool same = value.size() < kShortestInAnyCase ? there == value : equal_in_any_case(there, value);
    if (same && !(at > 0 && in_word(at - 1)) && !in_word(at + value.size())) return at;
  }
  return std::string::npos;
}

std::string without_own_values(std::string_view text, const LeadFields& lead) {
  std::string words(text);
  for (const auto value : own_values(lead)) {
    for (auto at = find_whole(words, value, 0); at != std::string::npos;
         at = find_whole(words, value, at + 1)) {
      words.replace(at, value.size(), 1, kOwnValue);
    }
  }
  return words;
}

class Normaliser {
 public:
  explicit Normaliser(std::string_view words) : rest_(words) {}

  std::string run() {
    while (!rest_.empty()) {
      if (!take_own_value() && !take_quoted() && !take_url() && !take_id() && !take_number() && !take_word())
        take_sign();
    }
    while (cause_.ends_with(' ')) cause_.pop_back();
    return std::move(cause_);
  }

 private:
  bool take_own_value() { return rest_.front() == kOwnValue && take(1, "<value>"); }

  bool take_quoted() {
    const auto length = after_word_ ? 0 : quoted_length(rest_);
    if (length == 0) return false;
    const auto mark = quote_length(rest_);
    const auto quoted = rest_.substr(mark, length - 2 * mark);
    return take(length, stays(quoted, rest_.substr(length)) ? quoted : "<value>");
  }

  // Whether a quoted text names a field or an error rather than being a value.
  [[nodiscard]] bool stays(std::string_view quoted, std::string_view behind) const {
    if (is_programmers_name(quoted)) return true;
    if (!is_identifier(quoted)) return false;
    if (behind.starts_with(':')) return true;  // a key of JSON
    behind.remove_prefix(std::min(behind.find_first_not_of(' '), behind.size()));
    return announces_field(behind.substr(0, word_length(behind))) || announces_field(last_word_) ||
           (equal_in_any_case(last_word_, "named") && announces_field(word_before_));
  }

  bool take_url() { return take(url_length(rest_), "<url>"); }
  bool take_id() { return !after_word_ && take(id_length(rest_), "<id>"); }
  bool take_number() { return !after_word_ && take(number_length(rest_), "<number>"); }

  bool take_word() {
    const auto length = word_length(rest_);
    const auto word = rest_.substr(0, length);
    if (length == 0) return false;
    if (is_part_of_moment(word)) {
      const auto behind = rest_.substr(length);
      const auto number = std::min(behind.find_first_not_of(" ,."), behind.size());
      const bool before_number = number_length(behind.substr(number)) != 0;
      if (before_number) return take(length + (behind.starts_with(',') ? 1 : 0), "<number>");
      if (cause_.ends_with("<number> ")) return take(length, "<number>");
    }
    word_before_ = last_word_;
    last_word_ = word;
    return take(length, stand_in(word));
  }

  void take_sign() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    after_word_ = false;
    const bool is_blank = static_cast<std::uint8_t>(c) <= 0x20 || c == 0x7F;
    if (!is_blank) cause_ += c;
    if (is_blank && !cause_.empty() && !cause_.ends_with(' ')) cause_ += ' ';
  }

  // False when there is nothing to take. Values come in any number of words and groups of digits: several
  // stand-ins in a row count as one.
  bool take(std::size_t length, std::string_view as) {
    if (length == 0) return false;
    after_word_ = is_word(rest_[length - 1]);
    rest_.remove_prefix(length);
    if (as.starts_with('<') && cause_.ends_with(std::string(as) + " ")) {
      cause_.pop_back();
    } else {
      cause_ += as;
    }
    return true;
  }

  std::string_view rest_;
  std::string_view last_word_;
  std::string_view word_before_;
  bool after_word_ = false;  // what was taken last ends in a letter or digit
  std::string cause_;
};

// Whether what a CRM put where a field is named is a name, and nothing of the lead's.
bool names_a_field(std::string_view field, const LeadFields& lead) {
  return is_identifier(field) && normalise_cause(field, lead) == field;
}

}  // namespace

std::string normalise_cause(std::string_view words, const LeadFields& lead) {
  // Without a blank at its end, which those who copy a cause would lose.
  return std::string(trimmed(shortened(Normaliser(without_own_values(words, lead)).run(), kLongestCause)));
}

std::string http_cause(int status, std::string_view words, std::string_view field, const LeadFields& lead) {
  std::string cause = "HTTP " + std::to_string(status);
  const std::string normalised = normalise_cause(words, lead);
  if (!normalised.empty()) cause += ": " + normalised;
  if (names_a_field(field, lead) && normalised.find(field) == std::string::npos) {
    cause += " (field " + std::string(shortened(field, kLongestField)) + ")";
  }
  return cause;
}

}  // namespace leadspool::connector
