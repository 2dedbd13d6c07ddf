// The routes that remove personal data for good: DELETE /api/v1/leads/{id} and POST /api/v1/erasures.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_erasure_routes(const AddRoute& add, const RouteTools& tools);

}  // namespace leadspool::admin
