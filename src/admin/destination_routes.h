// The routes of destinations: list, pause, resume (admin_api.h has them all), and what other routes need to
// know of destinations.
//
// Errors: as AdminApi.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "admin/destination_view.h"
#include "admin/routes.h"
#include "http/message.h"

namespace leadspool::admin {

void add_destination_routes(const AddRoute& add, const RouteTools& tools);

// As they are now; `deliveries` are the counts of StoreStatus.
[[nodiscard]] std::vector<DestinationView> look_at_destinations(
    const RouteTools& tools, const std::vector<outbox::StateCount>& deliveries);

// Those of the configuration, in its order.
[[nodiscard]] std::vector<DestinationStatus> configured_destinations(const ServiceView& service);
[[nodiscard]] bool is_configured(const ServiceView& service, const std::string& name);

// With the name that was meant, most likely.
[[nodiscard]] http::Error no_such_destination(const ServiceView& service, const std::string& name);

// Why nothing can be ordered of `name`: it is not in the configuration; nullopt: it is.
[[nodiscard]] std::optional<http::Error> why_not_configured(const RouteTools& tools, const std::string& name);

}  // namespace leadspool::admin
