// What the families of routes are made of: lead_routes.h, redrive_routes.h, destination_routes.h,
// trial_routes.h.
//
// Thread-safety: handlers from any thread. Ownership: what RouteTools refer to outlives the router's use.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/service_view.h"
#include "base/clock.h"
#include "http/router.h"
#include "outbox/corrections.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"

namespace leadspool::admin {

// Without the doors that change something every change is answered with 409 "read_only".
struct AdminDoors {
  outbox::Reader& reader;
  outbox::Corrections* corrections = nullptr;
  outbox::Redrives* redrives = nullptr;
};

struct RouteTools {
  AdminDoors doors;
  const ServiceView& service;
  const Clock& clock;
  const std::string& actor;  // whom audit rows name
};

// Adds a route behind the token, which takes the query parameters named and no others.
using AddRoute = std::function<void(std::string_view method, std::string_view pattern,
                                    std::vector<std::string_view> parameters, http::Handler handler)>;

}  // namespace leadspool::admin
