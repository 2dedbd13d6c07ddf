// What Azure's table service checks of an entity before it takes it.
//
// Thread-safety: pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::simulator {

struct EntityRefusal {
  std::string_view code;
  std::string message;
};

// `entity_json` is an object; `fields` are the properties there may be beside the keys, empty: any. nullopt:
// it is taken.
[[nodiscard]] std::optional<EntityRefusal> refuse_entity(std::string_view entity_json,
                                                         const std::vector<std::string>& fields);

}  // namespace leadspool::simulator
