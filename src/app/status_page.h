// How things stand as a whole, as the admin API gives it, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "app/text_table.h"

namespace leadspool::app {

// A certificate that ends within so long is warned of. Renewing by hand takes a person, who may be on
// holiday; what renews by itself does so earlier.
inline constexpr std::chrono::days kExpiresSoon{21};

// From GET /api/v1/status.
[[nodiscard]] std::string status_text(const std::string& json, std::size_t width = kUnlimitedWidth);

}  // namespace leadspool::app
