// Sample leads, as the marketplace sends or might send them.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::app {

// The kinds there are: "official" (the documentation's own sample), "camelcase", "test", "blank", "dnc",
// "nulls", "empty", "broken", "bom", "unicode".
[[nodiscard]] const std::vector<std::string>& sample_kinds();

// The body for the `number`th person, from 1; the first is the sample as documented. nullopt for an unknown
// kind.
[[nodiscard]] std::optional<std::string> sample_lead(std::string_view kind, int number);

}  // namespace leadspool::app
