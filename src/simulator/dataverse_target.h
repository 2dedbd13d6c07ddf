// What a segment of a Web API URL names: "leads(0192...)" is a row of the entity set "leads"; without
// parentheses it is the set itself.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace leadspool::simulator {

struct Target {
  std::string_view name;
  std::optional<std::string_view> key;  // what stands between the parentheses
};

[[nodiscard]] Target read_target(std::string_view segment);

// What stands between the first two single quotes: a literal, as in "LogicalName='lead'".
[[nodiscard]] std::string_view quoted(std::string_view text);

}  // namespace leadspool::simulator
