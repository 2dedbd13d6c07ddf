// The routes by which a destination is tried out without making a record there: test and preview
// (admin_api.h has them all).
//
// Errors: as AdminApi.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

// Needs no store. `service` outlives the router's use.
void add_test_route(const AddRoute& add, const ServiceView& service);

void add_preview_route(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
