// The columns that a simulated CRM's record has at first: their types and lengths.
//
// Thread-safety: pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::simulator {

struct Column {
  std::string_view name;
  std::string_view type;   // in the CRM's own words
  int max_length = 0;      // in UTF-16 units; 0: as long as one likes, or no text
  bool createable = true;  // false: the CRM alone fills it
};

// nullptr when there is none, as for a field that a person has added in the settings.
[[nodiscard]] const Column* find_column(std::span<const Column> columns, std::string_view name);

[[nodiscard]] std::vector<std::string> names_of(std::span<const Column> columns);

}  // namespace leadspool::simulator
