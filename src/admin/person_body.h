// The body of POST /api/v1/erasures and POST /api/v1/exports as a value:
//   {"email": "anna@contoso.com", "reason": "she asked for it on 2026-01-31", "dry_run": true}
//
// "email" must be given; "dry_run" is for an erasure only. Anything else is an error that names the member.
//
// Thread-safety: pure function.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "http/message.h"

namespace leadspool::admin {

struct PersonBody {
  std::string email;
  std::string reason;
  bool dry_run = false;  // tell what would be done, and do nothing
};

enum class DryRun { possible, unknown };

[[nodiscard]] std::variant<PersonBody, http::Error> parse_person_body(std::string_view body, DryRun dry_run);

}  // namespace leadspool::admin
