// Everything that happened to a lead, in order of time, as text for a person in a terminal.
//
// Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string>

namespace leadspool::app {

// From GET /api/v1/leads/{id}: a line for each thing that happened, broken to `width` cells.
[[nodiscard]] std::string lead_timeline_text(const std::string& json, std::size_t width);

}  // namespace leadspool::app
