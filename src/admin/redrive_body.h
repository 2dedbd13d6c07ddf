// The body of POST /api/v1/redrives as a value:
//   {"filter": {"destination": "contoso-crm", "cause": "...", "source": "...", "disposition": "deliver",
//               "from": "2026-01-31T09:30:00Z", "to": "...", "with_missing": true},
//    "reason": "the field was added in the CRM", "dry_run": false,
//    "canary": 3, "rate_per_second": 10, "stop_after_failures": 5}
//
// "filter" must be there: {} takes all dead letters, and that is not to happen by a slip. For the same reason
// its members may be left out, but are not null or empty. All else may be absent or null.
//
// Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"
#include "outbox/redrives.h"

namespace leadspool::admin {

// Starts per second beyond which a rate is no limit any more.
inline constexpr double kHighestRate = 10'000;

struct RedriveBody {
  outbox::NewRedrive order;
  std::string reason;
  bool dry_run = false;  // only count what it would take
};

// An error names the member. "with_missing" needs a destination and a from, and makes no sense with a cause.
[[nodiscard]] std::variant<RedriveBody, http::Error> parse_redrive_body(std::string_view body);

}  // namespace leadspool::admin
