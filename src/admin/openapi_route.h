// GET /openapi.json: the description of all routes (openapi.json beside this file), with this program's
// version. No token opens it, for it tells nothing of anybody.
#pragma once

#include <string>

#include "admin/routes.h"

namespace leadspool::admin {

[[nodiscard]] std::string openapi_text();

void add_openapi_route(const AddRoute& add);

}  // namespace leadspool::admin
