// What the service, or its store, tells of trouble: what `leadspool status` shows, as findings.
//
// Thread-safety: pure.
#pragma once

#include <string>

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

// `status_json` as GET /api/v1/status gives it.
void check_status(const CheckScope& scope, const std::string& status_json, Findings& findings);

}  // namespace leadspool::app
