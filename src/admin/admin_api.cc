#include "admin/admin_api.h"

#include <utility>

#include "admin/answers.h"
#include "admin/destination_routes.h"
#include "admin/lead_query.h"
#include "admin/lead_routes.h"
#include "admin/redrive_routes.h"
#include "admin/trial_routes.h"
#include "outbox/store.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;

Error unauthorized() {
  Error error = make_error(401, "unauthorized",
                           "This needs the admin token: send the header \"Authorization: Bearer <token>\".");
  error.headers.push_back({"WWW-Authenticate", "Bearer"});
  return error;
}

Error not_running() {
  return make_error(409, "not_running",
                    "No service is running that could read its configuration again; start it with `leadspool "
                    "serve`, and it begins with the configuration as it is now.");
}

}  // namespace

AdminApi::AdminApi(AdminOptions options, AdminDoors doors, ServiceView service, const Clock& clock)
    : access_(options.access),
      actor_(std::move(options.actor)),
      token_hashes_(std::move(options.token_hashes)),
      service_(std::move(service)),
      tools_{doors, service_, clock, actor_} {}

void AdminApi::add_routes(http::Router& router) {
  // Leads are personal data: no cache may keep an answer, and no browser may take one for a page.
  router.add_header({"Cache-Control", "no-store"});
  router.add_header({"X-Content-Type-Options", "nosniff"});
  router.add("GET", "/healthz", [this](const Request&) { return health(); });
  router.add("GET", "/readyz", [this](const Request&) { return readiness(); });

  const AddRoute add = [&](auto method, auto pattern, auto parameters, auto handler) {
    add_behind_token(router, method, pattern, std::move(parameters), std::move(handler));
  };
  add_lead_routes(add, tools_);
  add_redrive_routes(add, tools_);
  add_destination_routes(add, tools_);
  add_test_route(add, service_);
  add_preview_route(add, tools_);
  add("POST", "/api/v1/reload", {}, [this](const Request&) { return reload(); });
  add("GET", "/api/v1/dead-letters", {}, [this](const Request&) {
    return json_response(dead_letters_json(tools_.doors.reader.dead_letters()));
  });
  add("GET", "/api/v1/status", {}, [this](const Request&) { return json_response(status_json(status())); });
}

void AdminApi::add_behind_token(http::Router& router, std::string_view method, std::string_view pattern,
                                std::vector<std::string_view> parameters, http::Handler handler) {
  router.add(
      method, pattern,
      [this, parameters = std::move(parameters), handler = std::move(handler)](const Request& request) {
        if (!may_call(request)) return Answer(unauthorized());
        if (auto error = find_bad_parameter(request, parameters)) return Answer(*error);
        return handler(request);
      });
}

bool AdminApi::may_call(const Request& request) const {
  if (access_ == Access::open) return true;
  const std::string_view token = http::bearer_token(request);
  const Sha256 given = sha256(token);
  bool known = false;
  const auto token_hashes = token_hashes_.get();
  for (const auto& hash : *token_hashes) known |= equal_in_constant_time(hash, given);
  return known && !token.empty();
}

Answer AdminApi::reload() {
  if (!service_.reload) return not_running();
  const ReloadReport report = service_.reload();
  return report.done ? json_response(reloaded_json(report)) : refused_reload(report);
}

StatusView AdminApi::status() {
  StatusView view;
  view.store = tools_.doors.reader.status();
  view.store_trouble = store_trouble();
  view.destinations = look_at_destinations(tools_, view.store.deliveries);
  if (service_.certificate) view.certificate = service_.certificate();
  if (service_.config) view.config = service_.config();
  view.running = service_.running;
  view.now = tools_.clock.now();
  return view;
}

Answer AdminApi::health() const {
  if (const auto trouble = store_trouble()) return store_down(*trouble);
  return ok("text/plain; charset=utf-8", "ok\n");
}

Answer AdminApi::readiness() {
  // Whether reading throws is the very question here, so the exception is an answer.
  try {
    (void)tools_.doors.reader.list({}, 1, std::nullopt);
  } catch (const outbox::StoreError& error) {
    return store_down(error.what());
  }
  return health();
}

std::optional<std::string> AdminApi::store_trouble() const {
  return service_.store_trouble ? service_.store_trouble() : std::nullopt;
}

}  // namespace leadspool::admin
