// Two bodies as values. That of POST /api/v1/leads/{id}/redrive, release and discard:
//   {"destination": "contoso-crm", "reason": "the field was added in the CRM"}
// and that of an order which needs no more than its reason (to pause, to cancel):
//   {"reason": "the CRM is moved tonight"}
//
// All members may be absent or null, and the body may be empty. Anything else is an error that names the
// member: a misspelt "destination" must not turn into "all of them".
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"

namespace leadspool::admin {

struct CorrectionBody {
  std::optional<std::string> destination;  // absent: all that are in a state to be changed
  std::string reason;
};

[[nodiscard]] std::variant<CorrectionBody, http::Error> parse_correction_body(std::string_view body);

[[nodiscard]] std::variant<std::string, http::Error> parse_reason_body(std::string_view body);

}  // namespace leadspool::admin
