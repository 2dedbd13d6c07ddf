#include "base/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "base/text.h"

namespace leadspool {
namespace {

// "FirstName" is as near to first_name as can be.
std::string simplified(std::string_view name) {
  std::string letters = to_lower(name);
  std::erase(letters, '_');
  return letters;
}

// The optimal string alignment distance.
std::size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> edits(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) edits[i][0] = i;
  std::iota(edits[0].begin(), edits[0].end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = edits[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      edits[i][j] = std::min({edits[i - 1][j] + 1, edits[i][j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        edits[i][j] = std::min(edits[i][j], edits[i - 2][j - 2] + 1);
      }
    }
  }
  return edits[a.size()][b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view mistyped,
                                             std::span<const std::string_view> names) {
  constexpr std::size_t kLongestWorthComparing = 64;
  if (mistyped.size() > kLongestWorthComparing) return std::nullopt;
  const std::string wanted = simplified(mistyped);
  std::optional<std::string_view> nearest;
  // A third of the word may be wrong, and two letters of a short one; beyond that a proposal would confuse.
  std::size_t least = std::max<std::size_t>(2, wanted.size() / 3) + 1;
  for (const std::string_view name : names) {
    const std::string candidate = simplified(name);
    const bool is_beginning = wanted.size() >= 3 && candidate.starts_with(wanted) && candidate != wanted;
    const std::size_t edits = is_beginning ? 1 : edits_between(wanted, candidate);
    if (edits >= least || edits >= candidate.size()) continue;
    least = edits;
    nearest = name;
  }
  return nearest;
}

}  // namespace leadspool
