// The routes about copies of the store: GET and POST /api/v1/backups, and POST /api/v1/backups/download,
// which streams one that nobody keeps here. A copy holds all leads, so whoever asks for one must be allowed
// to operate, and each asking leaves an audit row, which is in the copy too.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_backup_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
