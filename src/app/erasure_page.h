// What was erased, as the admin API tells it, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>

namespace leadspool::app {

// From DELETE /api/v1/leads/{id} and POST /api/v1/erasures, also with "dry_run": what was (would be) erased,
// what was spared and why, and the records in CRMs, which others have to erase.
[[nodiscard]] std::string erasure_text(const std::string& json);

// "1 lead", "2 leads".
[[nodiscard]] std::string lead_count_text(std::size_t count);

}  // namespace leadspool::app
