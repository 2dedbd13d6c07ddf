// The copies of the store, as the admin API is told of them.
//
// Thread-safety: any thread, as what is handed in.
#pragma once

#include "admin/service_view.h"
#include "upkeep/backups.h"

namespace leadspool::app {

[[nodiscard]] admin::BackupsStatus to_view(const upkeep::BackupStatus& status);

// `backups` outlives the view.
void add_backups(admin::ServiceView& view, upkeep::Backups& backups);

}  // namespace leadspool::app
