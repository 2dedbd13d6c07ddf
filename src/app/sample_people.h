// People who might ask for an offer: as many different ones as are wanted, always the same for the same
// number.
//
// Thread-safety: pure.
#pragma once

#include "lead/lead.h"

namespace leadspool::app {

// The `number`th person, from 1, and what they asked for. No two are alike; the first 43,993 differ in their
// email. The companies and offers are Microsoft's fictitious ones, the domains end in .example, which nobody
// has.
[[nodiscard]] LeadFields sample_person(int number);

}  // namespace leadspool::app
