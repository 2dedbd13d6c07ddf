// Destinations, as the admin API gives them, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "app/text_table.h"

namespace leadspool::app {

// From GET /api/v1/destinations (or .../status, which has the same member): a table, and below it what is not
// well with each and what to do.
[[nodiscard]] std::string destinations_text(const std::string& json, std::size_t width = kUnlimitedWidth);

// From the same: why nothing is sent to the destination `name` at present, "crm is paused since 2026-...";
// empty where nothing keeps its leads back.
[[nodiscard]] std::string held_back_text(const std::string& json, const std::string& name);

// From POST /api/v1/destinations/{name}/pause and resume.
[[nodiscard]] std::string changed_destination_text(const std::string& json);

// "90 s", "5 min", "30 h", "3 days".
[[nodiscard]] std::string span_text(std::int64_t seconds);

}  // namespace leadspool::app
