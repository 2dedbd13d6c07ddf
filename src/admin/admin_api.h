// The admin API: every lead can be seen, every dead letter mended. The same routes serve the TCP listener
// (bearer token), the Unix socket beside the store (the file's permission is the authorisation), and the CLI
// in process when no service runs.
//
// Its routes, with their parameters, bodies and answers, are told in openapi.json, which is served at
// /openapi.json; a test holds it against routes(). They come in families of a file pair each: those of leads,
// exports, disclosure, erasure, redrives, backups, destinations, trial (of destinations), overview, stream
// and metrics, and the page's files. Those of the service itself are here.
//
// Of two roles of tokens, `read` may call every GET, and those changes that only note that somebody looked.
// Every other change may come with a key that keeps it from being done twice (idempotency.h). An address with
// many wrong tokens is refused (callers.h).
//
// A query parameter that a route does not know is an error: `redrive?destination=a` must not redrive all.
//
// Thread-safety: routes from any thread. Ownership: what the constructor is given outlives the AdminApi, and
// the AdminApi outlives the router's use.
// Errors: a store that cannot be read is an exception, which the router answers with 500.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/admin_token.h"
#include "admin/callers.h"
#include "admin/routes.h"
#include "admin/service_view.h"
#include "admin/status_view.h"
#include "base/clock.h"
#include "http/router.h"

namespace leadspool::admin {

enum class Access {
  token,  // every /api route needs `Authorization: Bearer <token>`
  open,   // whoever can call may
};

struct AdminOptions {
  Access access = Access::token;
  std::vector<AdminToken> tokens;  // none: nobody may, unless access is open
  std::string open_actor =
      "cli";  // whom audit rows name where access is open: the Unix socket, and in process
};

class AdminApi {
 public:
  AdminApi(AdminOptions options, AdminDoors doors, ServiceView service, const Clock& clock);
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;

  void add_routes(http::Router& router);

  // All that add_routes() added, in its order.
  [[nodiscard]] const std::vector<Route>& routes() const { return routes_; }

  // The tokens that open from now on; streams end, so that their listeners show theirs again. Any thread.
  void set_tokens(std::vector<AdminToken> tokens);

 private:
  // AddRoute is this, for one router.
  void add_route(http::Router& router, Route route, CallHandler handler);

  [[nodiscard]] http::Answer reload();
  [[nodiscard]] http::Answer health() const;
  [[nodiscard]] http::Answer readiness();

  [[nodiscard]] StatusView status();
  [[nodiscard]] std::optional<std::string> store_trouble() const;

  Callers callers_;
  const ServiceView service_;
  const RouteTools tools_;
  std::vector<Route> routes_;
};

}  // namespace leadspool::admin
