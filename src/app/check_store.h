// The store: whether it is there, is ours, whole and of this program's schema, and who works on it.
//
// Thread-safety: one thread.
#pragma once

#include <string>

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

// To be called only after check_store_folder() found that the folder can be looked at. Gives the status of
// GET /api/v1/status, as JSON; empty where there is none.
[[nodiscard]] std::string check_store(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
