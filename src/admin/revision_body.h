// The body of POST /api/v1/leads/{id}/revisions, as a value:
//   {"changes": {"email": "a@b.example", "Phone": null},
//    "payload": "{\"UserDetails\": ...",
//    "reason": "a typo",
//    "redrive": true}
//
// Thread-safety: pure function.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "http/message.h"
#include "lead/lead.h"

namespace leadspool::admin {

struct FieldChange {
  const LeadField* field;
  std::string value;  // empty: the field is blanked
};

struct RevisionBody {
  std::vector<FieldChange> changes;    // each field at most once; they go on top of the payload
  std::optional<std::string> payload;  // a new body, to be read as if it had been received
  std::string reason;
  bool redrive = false;  // dead deliveries are tried again with what was corrected
};

// Every member may be absent or null, and the body may be empty. Anything else is an error that names the
// member or field, and what may have been meant.
[[nodiscard]] std::variant<RevisionBody, http::Error> parse_revision_body(std::string_view body);

}  // namespace leadspool::admin
