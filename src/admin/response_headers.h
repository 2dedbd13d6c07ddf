// What every answer of the admin listeners carries besides its own headers. Leads are personal data: no cache
// may keep an answer, no browser may guess what it is, no other site may frame it or learn where somebody
// was.
#pragma once

#include "http/router.h"

namespace leadspool::admin {

void add_response_headers(http::Router& router);

// Of what is shown as a page or belongs to it: scripts, styles, pictures and requests of the same origin, and
// nothing else. All other answers let a browser do nothing with them.
[[nodiscard]] http::Header page_policy();

}  // namespace leadspool::admin
