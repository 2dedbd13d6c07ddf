// The routes of single leads: list, show, payload, redrive, release, discard, revise (admin_api.h has them
// all).
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_lead_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
