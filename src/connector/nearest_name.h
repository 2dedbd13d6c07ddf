// What a person who mistyped a name most likely meant.
//
// Thread-safety: pure.
#pragma once

#include <span>
#include <string_view>

namespace leadspool::connector {

// The name that takes the fewest changed, added or dropped characters to reach, letter case aside; empty when
// none is near enough to be worth proposing.
[[nodiscard]] std::string_view nearest_name(std::string_view mistyped,
                                            std::span<const std::string_view> names);

}  // namespace leadspool::connector
