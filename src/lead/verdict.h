// What is decided about a readable lead, by its fields alone.
//
// Thread-safety: pure.
#pragma once

#include <string>

#include "lead/lead.h"

namespace leadspool {

struct Verdict {
  Disposition disposition = Disposition::deliver;
  std::string reason;  // empty exactly for `deliver`
};

// `do_not_contact` when the action code is DNC; else `test` when a field carries the marketplace's test mark;
// else `deliver`. A wish not to be contacted goes first, since overlooking it does the greater harm.
[[nodiscard]] Verdict judge(const LeadFields& fields);

}  // namespace leadspool
