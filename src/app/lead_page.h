// A lead, as the admin API gives it, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "app/text_table.h"

namespace leadspool::app {

// From GET /api/v1/leads: one line a lead in at most `width` cells, and how to get the next page.
[[nodiscard]] std::string lead_list_text(const std::string& json, std::size_t width = kUnlimitedWidth);

// From GET /api/v1/leads/{id}: everything, with the history of attempts and revisions; of one that was
// erased, what is left. `destinations`, from GET /api/v1/destinations, tell why a delivery waits; empty:
// unknown.
[[nodiscard]] std::string lead_page_text(const std::string& json, const std::string& destinations = {},
                                         std::size_t width = kUnlimitedWidth);

// From POST /api/v1/leads/{id}/revisions: what the lead is now, in a sentence, and what to look after.
[[nodiscard]] std::string revised_text(const std::string& json);

// From POST /api/v1/leads/{id}/redrive, release and discard: the same in short.
[[nodiscard]] std::string corrected_text(const std::string& json);

}  // namespace leadspool::app
