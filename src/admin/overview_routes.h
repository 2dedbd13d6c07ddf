// The routes that show the store as a whole: GET /api/v1/dead-letters, series, sources and alerts.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_overview_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
