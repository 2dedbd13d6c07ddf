#include "outbox/lead_search.h"

#include <algorithm>

#include "base/text.h"

namespace leadspool::outbox {
namespace {

// What is not ASCII is left to the index, which knows the letters of all scripts.
bool is_part_of_word(char c) {
  const auto lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  auto from = text.begin();
  while (words.size() < kMostSearchWords) {
    from = std::find_if(from, text.end(), is_part_of_word);
    if (from == text.end()) break;
    const auto to = std::find_if_not(from, text.end(), is_part_of_word);
    words.push_back(to_lower({from, to}));
    from = to;
  }
  return words;
}

}  // namespace

std::optional<LeadSearch> parse_lead_search(std::string_view text) {
  text = trimmed(text);
  auto words = words_of(text);
  if (words.empty()) return std::nullopt;
  const bool is_address =
      text.find('@') != std::string_view::npos && text.find_first_of(" \t\r\n\f\v") == std::string_view::npos;
  if (!is_address) return WordSearch{std::move(words)};
  if (text.front() == '@') return DomainSearch{to_lower(text.substr(1))};
  return EmailSearch{to_lower(text)};
}

}  // namespace leadspool::outbox
