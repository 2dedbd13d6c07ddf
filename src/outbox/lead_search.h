// What a person types to find leads, as a value:
//
//   anna@contoso.com    leads of that e-mail address, or of one that begins so
//   @contoso.com        leads of any address of that domain
//   anna contoso        leads that have all these words, or words that begin so, in a field or in the body
//
// In whatever case, accents aside. What has an "@" and no blank is an address. A word of less than three
// letters must be met as a whole.
//
// Thread-safety: values and a pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace leadspool::outbox {

struct EmailSearch {
  std::string beginning;  // in lower case
  bool operator==(const EmailSearch&) const = default;
};
struct DomainSearch {
  std::string domain;  // in lower case
  bool operator==(const DomainSearch&) const = default;
};
struct WordSearch {
  std::vector<std::string> words;  // at least one, in lower case as far as ASCII goes
  bool operator==(const WordSearch&) const = default;
};
using LeadSearch = std::variant<EmailSearch, DomainSearch, WordSearch>;

// More words than this narrow no search down; those behind are not looked for.
inline constexpr std::size_t kMostSearchWords = 16;

// nullopt: there is no letter or digit in it to look for.
[[nodiscard]] std::optional<LeadSearch> parse_lead_search(std::string_view text);

}  // namespace leadspool::outbox
