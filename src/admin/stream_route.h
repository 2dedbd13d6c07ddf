// GET /api/v1/stream: what changes in the store, as server-sent events.
//
//   event: change   id: N   data: {"kind":"delivery","lead":"<id>","destination":"crm","state":"delivered"}
//   event: gap      id: N   data: {}      some were missed: fetch again what you show
//
// kind: received, delivery, lead, destination, redrive; `lead`, `destination` and `state` are null where they
// say nothing. At first comes an id alone, from where to read on; after 15 quiet seconds a comment. It
// resumes after the number in the header `Last-Event-ID`, or the parameter `last_event_id`. 409 `not_running`
// without a service, 503 `too_many_streams` when too many listen.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

void add_stream_route(const AddRoute& add, const ServiceView& service);

}  // namespace leadspool::admin
