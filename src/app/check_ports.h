// The addresses of the receiver and the admin listener: free, held by our own service or its socket unit, or
// by whom else.
//
// Thread-safety: one thread.
#pragma once

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

void check_ports(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
