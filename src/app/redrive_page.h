// Redrives, as the admin API gives them, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string>

#include "app/text_table.h"

namespace leadspool::app {

// From POST /api/v1/redrives: what was ordered, and how to follow it.
[[nodiscard]] std::string ordered_redrive_text(const std::string& json);

// The same of one with "dry_run": what it would take.
[[nodiscard]] std::string redrive_count_text(const std::string& json);

// From GET /api/v1/redrives: one line a redrive.
[[nodiscard]] std::string redrive_list_text(const std::string& json, std::size_t width = kUnlimitedWidth);

// From GET /api/v1/redrives/{id}: all of it.
[[nodiscard]] std::string redrive_text(const std::string& json);

// The same in a sentence: how far it has come.
[[nodiscard]] std::string redrive_progress_text(const std::string& json);

}  // namespace leadspool::app
