// The machine: its clock, and what the system grants to a process.
//
// Thread-safety: one thread.
#pragma once

#include <string>

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

// `status_json` as GET /api/v1/status gives it; empty: there is none.
void check_clock(const CheckScope& scope, const std::string& status_json, Findings& findings);

void check_limits(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
