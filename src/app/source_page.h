// Sources, as the admin API gives them, as text for a person in a terminal.
//
// Thread-safety: pure function.
#pragma once

#include <cstddef>
#include <string>

#include "app/text_table.h"

namespace leadspool::app {

// From GET /api/v1/sources: a table, and below it what is not well.
[[nodiscard]] std::string sources_text(const std::string& json, std::size_t width = kUnlimitedWidth);

}  // namespace leadspool::app
