// The store's folder: whether the service's user can write there, and whether what is written stays: a real
// file, written and synced; the kind of file system; the room on its disk.
//
// Thread-safety: as look_aside.h.
#pragma once

#include "app/check_scope.h"
#include "app/finding.h"

namespace leadspool::app {

// Whether the store can be looked at: its folder is there and its disk answers.
[[nodiscard]] bool check_store_folder(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
