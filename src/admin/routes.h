// What the families of routes are made of (admin_api.h names them).
//
// Thread-safety: handlers from any thread. Ownership: what RouteTools refer to outlives the router's use.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/admin_token.h"
#include "admin/service_view.h"
#include "base/clock.h"
#include "http/router.h"
#include "outbox/corrections.h"
#include "outbox/erasures.h"
#include "outbox/given_answers.h"
#include "outbox/overview.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"

namespace leadspool::admin {

// Without the doors that change something every change is answered with 409 "read_only".
struct AdminDoors {
  outbox::Reader& reader;
  outbox::Overview& overview;
  outbox::Corrections* corrections = nullptr;
  outbox::Redrives* redrives = nullptr;
  outbox::Erasures* erasures = nullptr;
  outbox::GivenAnswers* given_answers = nullptr;
};

struct RouteTools {
  AdminDoors doors;
  const ServiceView& service;
  const Clock& clock;
};

// A request of somebody who may make it.
struct Call {
  const http::Request& request;
  const std::string& actor;  // whom audit rows name
  Role role = Role::operate;
};
using CallHandler = std::function<http::Answer(const Call&)>;

struct Route {
  std::string_view method;
  std::string pattern;
  std::vector<std::string_view> parameters;  // of the query, which takes these and no others
  // What it takes to call it; every GET only reads.
  Role role = method == "GET" ? Role::read : Role::operate;
  bool needs_token = true;  // false: anybody may call it
  // Whether it may come with an Idempotency-Key; false where nothing is changed that could be done twice.
  bool takes_key = needs_token && role == Role::operate;
};

using AddRoute = std::function<void(Route route, CallHandler handler)>;

}  // namespace leadspool::admin
