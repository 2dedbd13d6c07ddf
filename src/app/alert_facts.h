// What the watch is told of the service, at each look and at each reload.
//
// Thread-safety: any thread, as what is handed in.
#pragma once

#include "admin/service_view.h"
#include "alert/alert_options.h"
#include "alert/facts.h"
#include "app/config.h"
#include "outbox/overview.h"

namespace leadspool::app {

// The section [alert], and what other sections say about alerts.
[[nodiscard]] alert::AlertOptions alert_options(const Config& config);

// How things stand. A store that cannot be read is a fact too.
[[nodiscard]] alert::Facts alert_facts(const Config& config, outbox::Overview& overview,
                                       const admin::ServiceView& service);

}  // namespace leadspool::app
