// The routes that give all leads which a filter lets pass, newest first: GET /api/v1/leads.csv and
// leads.ndjson. They are read and sent in pages, so that neither memory nor the store's log grows.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_export_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
