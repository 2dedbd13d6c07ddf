#include "connector/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace leadspool::connector {
namespace {

// Underscores are dropped too: "FirstName" is as near to first_name as can be.
std::vector<char> simplified(std::string_view name) {
  std::vector<char> letters;
  for (const char c : name) {
    if (c != '_') letters.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return letters;
}

// The Levenshtein distance, one row of its table at a time.
std::size_t distance(const std::vector<char>& from, const std::vector<char>& to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row[to.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view mistyped, std::span<const std::string_view> names) {
  constexpr std::size_t kLongestWorthComparing = 64;
  if (mistyped.size() > kLongestWorthComparing) return {};
  const auto wanted = simplified(mistyped);
  std::string_view nearest;
  // Half of the letters may be wrong; beyond that a proposal would only confuse.
  std::size_t least = wanted.size() / 2 + 1;
  for (const std::string_view name : names) {
    const std::size_t changes = distance(wanted, simplified(name));
    if (changes >= least) continue;
    least = changes;
    nearest = name;
  }
  return nearest;
}

}  // namespace leadspool::connector
