// Redrives as the JSON of the admin API (json_parts.h has the habits).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "outbox/redrives.h"

namespace leadspool::admin {

// With "service_running", as nobody carries a redrive out while no service runs; the answer to its order also
// with "dead" and "missing", the parts of "total".
[[nodiscard]] std::string redrive_json(const outbox::RedriveView& redrive, bool service_running);

// {"redrives":[...]}
[[nodiscard]] std::string redrives_json(const std::vector<outbox::RedriveView>& redrives);

// What a redrive would take: {"dry_run":true,"total","dead","missing"}.
[[nodiscard]] std::string redrive_count_json(const outbox::RedriveCount& count);

}  // namespace leadspool::admin
