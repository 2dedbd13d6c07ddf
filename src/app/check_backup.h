// The copies of the store: whether they are made, where, and how old the newest is.
//
// Thread-safety: as look_aside.h.
#pragma once

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

void check_backup(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
