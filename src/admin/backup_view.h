// Copies of the store, as the JSON of the admin API (json_parts.h has the habits).
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "admin/service_view.h"

namespace leadspool::admin {

// {"folder":...,"every_hours":...,"keep":...,"files":[...],"next_at":...,"under_way":...,"problem":...,
//  "failing_since":...}
[[nodiscard]] std::string backups_json(const BackupsStatus& backups);

// {"file":{...},"leads":...,"took_ms":...}
[[nodiscard]] std::string made_copy_json(const MadeCopy& made);

}  // namespace leadspool::admin
