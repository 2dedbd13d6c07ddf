// The routes that show personal data or give it away, and leave an audit row each time: POST
// /api/v1/leads/{id}/reveal and POST /api/v1/exports. Who may read may call them; where nothing can be
// written down, nothing is shown.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_disclosure_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
