// What to tell a person who mistyped a name.
//
// Thread-safety: pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::admin {

// "; did you mean email? Known are first_name, last_name, ...": the end of a sentence, with its full stop.
[[nodiscard]] std::string what_is_known(std::string_view mistyped, std::span<const std::string_view> known);

// The names of whatever has one, for the above.
template <typename Named>
[[nodiscard]] std::vector<std::string_view> names_of(const Named& all) {
  std::vector<std::string_view> names;
  for (const auto& each : all) names.push_back(each.name);
  return names;
}

}  // namespace leadspool::admin
