// A lead, as the admin API gives it, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

namespace leadspool::app {

// From GET /api/v1/leads: one line a lead, and how to get the next page.
[[nodiscard]] std::string lead_list_text(const std::string& json);

// From GET /api/v1/leads/{id}: everything, with the history of attempts and revisions.
[[nodiscard]] std::string lead_page_text(const std::string& json);

// From POST /api/v1/leads/{id}/revisions: what the lead is now, in a sentence, and what to look after.
[[nodiscard]] std::string revised_text(const std::string& json);

// From POST /api/v1/leads/{id}/redrive, release and discard: the same in short.
[[nodiscard]] std::string corrected_text(const std::string& json);

}  // namespace leadspool::app
