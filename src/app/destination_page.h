// Destinations, as the admin API gives them, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstdint>
#include <string>

namespace leadspool::app {

// From GET /api/v1/destinations (or .../status, which has the same member): a table, and below it what is not
// well with each and what to do.
[[nodiscard]] std::string destinations_text(const std::string& json);

// From POST /api/v1/destinations/{name}/pause and resume.
[[nodiscard]] std::string changed_destination_text(const std::string& json);

// "90 s", "5 min", "30 h", "3 days".
[[nodiscard]] std::string span_text(std::int64_t seconds);

}  // namespace leadspool::app
