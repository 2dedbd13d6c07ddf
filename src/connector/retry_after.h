// Retry-After (RFC 9110 section 10.2.3): how long a CRM asks us to wait.
//
// Thread-safety: pure.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace leadspool::connector {

// Reads seconds or an HTTP date in its current form ("Sun, 06 Nov 1994 08:49:37 GMT"). nullopt for anything
// else and for a date that has passed. A wish longer than a year is taken for a year.
[[nodiscard]] std::optional<Milliseconds> parse_retry_after(std::string_view value, Time now);

}  // namespace leadspool::connector
