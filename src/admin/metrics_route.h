// GET /metrics, for Prometheus.
//
// Errors: as AdminApi.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_metrics_route(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
