// What a [[destination]] says of the columns it fills: `mapping`, `constants`, `limits` and `required`.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/config_section.h"
#include "connector/mapping.h"

namespace leadspool::app {

// `mapping`, or `fallback` where there is none, or an empty one; with the `constants`.
[[nodiscard]] connector::Mapping read_mapping(ConfigSection& section, connector::Mapping fallback);

// What a type's leads are rendered by: on the way in its own, on the way out as changed.
struct MappedColumns {
  connector::Mapping mapping;
  std::vector<connector::Column> columns;
};

// All four keys. `limits` and `required` may name what the mapping fills, and nothing else; so must what the
// type itself requires be filled by a mapping that is written.
[[nodiscard]] MappedColumns read_mapped_columns(ConfigSection& section, MappedColumns own);

// Reports, under `key`, that the mapping does not fill `target`, with the nearest of its `targets`.
void refuse_unmapped(ConfigSection& section, TomlPlace place, std::string_view key, const std::string& target,
                     const std::vector<std::string>& targets);

}  // namespace leadspool::app
