// The admin API: every lead can be seen, every dead letter mended. The same routes serve the TCP listener
// (bearer token), the Unix socket beside the store (the file's permission is the authorisation), and the CLI
// in process when no service runs.
//
//   GET  /api/v1/leads?state=&source=&...   a page of leads, newest first (lead_query.h has the parameters)
//   GET  /api/v1/leads/{id}                 one lead with its whole history
//   GET  /api/v1/leads/{id}/payload         the body as received, byte for byte
//   GET  /api/v1/leads/{id}/payload?revision=N   the body that this revision brought
//   POST /api/v1/leads/{id}/redrive         tries dead deliveries again (correction_body.h has the body)
//   POST /api/v1/leads/{id}/release         lets held ones go (the same body)
//   POST /api/v1/leads/{id}/discard         gives up pending, held and dead ones, or a lead that no
//                                           destination wants (the same body)
//   POST /api/v1/leads/{id}/revisions       corrects a lead's fields (revision_body.h has the body)
//   POST /api/v1/redrives                   tries many dead deliveries again (redrive_body.h has the body)
//   GET  /api/v1/redrives                   the last ones, newest first
//   GET  /api/v1/redrives/{id}              one, and how far it has come
//   POST /api/v1/redrives/{id}/cancel       goes no further (the body: a reason)
//   POST /api/v1/reload                     the configuration read again
//   GET  /api/v1/dead-letters               grouped by cause and destination
//   GET  /api/v1/status                     counts, ages, the store, the destinations
//   GET  /api/v1/destinations               the destinations alone
//   POST /api/v1/destinations/{name}/pause  sends nothing there until it is resumed (the body: a reason)
//   POST /api/v1/destinations/{name}/resume goes on; what waits there becomes due
//   POST /api/v1/destinations/{name}/test   looks whether its settings are right, as the configuration file
//   has
//                                           them now; makes no record there
//   GET  /api/v1/destinations/{name}/preview              the request that would deliver the newest lead
//   there GET  /api/v1/destinations/{name}/preview?lead=ID      or this one GET
//   /api/v1/destinations/{name}/preview?since=T&limit=&cursor=   which of its leads since then would be
//                                           rejected, or sent with a text cut; a limit is of leads looked at
//   GET  /healthz /readyz                   for supervisors and balancers; no token
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

#include "admin/routes.h"
#include "admin/service_view.h"
#include "admin/views.h"
#include "base/clock.h"
#include "base/current.h"
#include "base/digest.h"
#include "http/router.h"

namespace leadspool::admin {

enum class Access {
  token,  // every /api route needs `Authorization: Bearer <token>`
  open,   // whoever can call may
};

struct AdminOptions {
  Access access = Access::token;
  std::vector<Sha256> token_hashes;  // any of them opens; none: nobody may, unless access is open
  std::string actor = "api";         // whom audit rows name: "cli" for the Unix socket and in process
};

class AdminApi {
 public:
  AdminApi(AdminOptions options, AdminDoors doors, ServiceView service, const Clock& clock);
  AdminApi(const AdminApi&) = delete;
  AdminApi& operator=(const AdminApi&) = delete;

  void add_routes(http::Router& router);

  // The tokens that open from now on. Any thread.
  void set_tokens(std::vector<Sha256> token_hashes) { token_hashes_.set(std::move(token_hashes)); }

 private:
  // AddRoute is this, for one router.
  void add_behind_token(http::Router& router, std::string_view method, std::string_view pattern,
                        std::vector<std::string_view> parameters, http::Handler handler);
  [[nodiscard]] bool may_call(const http::Request& request) const;

  [[nodiscard]] http::Answer reload();
  [[nodiscard]] http::Answer health() const;
  [[nodiscard]] http::Answer readiness();

  [[nodiscard]] StatusView status();
  [[nodiscard]] std::optional<std::string> store_trouble() const;

  const Access access_;
  const std::string actor_;
  Current<std::vector<Sha256>> token_hashes_;
  const ServiceView service_;
  const RouteTools tools_;
};

}  // namespace leadspool::admin
