// The routes of redrives of many dead letters: order, list, show, cancel (admin_api.h has them all).
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_redrive_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
