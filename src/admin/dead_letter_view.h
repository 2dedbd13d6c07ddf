// Dead letters as the JSON of the admin API (json_parts.h has the habits).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "outbox/overview.h"

namespace leadspool::admin {

// {"groups":[...]}
[[nodiscard]] std::string dead_letters_json(const std::vector<outbox::DeadGroup>& groups);

}  // namespace leadspool::admin
