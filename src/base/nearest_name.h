// What a person who mistyped a name most likely meant.
//
// Thread-safety: pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace leadspool {

// The one of `names` that takes the fewest edits (letters added, dropped, replaced or swapped) to reach; case
// and underscores do not count, and a beginning counts as one edit. nullopt when none is near enough to be
// worth proposing.
[[nodiscard]] std::optional<std::string_view> nearest_name(std::string_view mistyped,
                                                           std::span<const std::string_view> names);

}  // namespace leadspool
