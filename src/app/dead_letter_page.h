// Dead letters by why they died, as the admin API gives them, as text for a person in a terminal.
//
// Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string>

#include "app/text_table.h"

namespace leadspool::app {

// From GET /api/v1/dead-letters: each group with its whole cause, and the command that tries it again.
[[nodiscard]] std::string dead_letters_text(const std::string& json, std::size_t width = kUnlimitedWidth);

}  // namespace leadspool::app
