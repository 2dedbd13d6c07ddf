// The destinations, each by its connector's own test (`leadspool destinations test`), all at once.
//
// Thread-safety: starts threads, and waits for them; nothing may fork meanwhile.
#pragma once

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

void check_destinations(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
