// The page: GET / is its index.html, GET /page/{name} any of its files. They are part of the program and hold
// no data, so they need no token; what they show they fetch from the API, with the reader's.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_page_routes(const AddRoute& add);

}  // namespace leadspool::admin
