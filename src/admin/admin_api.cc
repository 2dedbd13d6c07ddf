#include "admin/admin_api.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "admin/answers.h"
#include "admin/backup_routes.h"
#include "admin/change_feed.h"
#include "admin/destination_routes.h"
#include "admin/disclosure_routes.h"
#include "admin/erasure_routes.h"
#include "admin/export_routes.h"
#include "admin/idempotency.h"
#include "admin/last_day.h"
#include "admin/lead_routes.h"
#include "admin/metrics_route.h"
#include "admin/openapi_route.h"
#include "admin/overview_routes.h"
#include "admin/page_files.h"
#include "admin/parameters.h"
#include "admin/redrive_routes.h"
#include "admin/reload_view.h"
#include "admin/response_headers.h"
#include "admin/stream_route.h"
#include "admin/trial_routes.h"
#include "outbox/store.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;

const std::string kNobody;

Error not_ready(std::string why) { return make_error(503, "not_ready", std::move(why)); }

std::string whoami_json(const Call& call) {
  return nlohmann::ordered_json{
      {"name", call.actor}, {"role", to_string(call.role)}, {"version", LEADSPOOL_VERSION}}
      .dump();
}

Error not_running() {
  return make_error(409, "not_running",
                    "No service is running that could read its configuration again; start it with `leadspool "
                    "serve`, and it begins with the configuration as it is now.");
}

std::optional<AdminToken> anybody(const AdminOptions& options) {
  if (options.access == Access::token) return std::nullopt;
  return AdminToken{options.open_actor, {}, Role::operate};
}

}  // namespace

AdminApi::AdminApi(AdminOptions options, AdminDoors doors, ServiceView service, const Clock& clock)
    : callers_(std::move(options.tokens), anybody(options), clock),
      service_(std::move(service)),
      tools_{doors, service_, clock} {}

void AdminApi::add_routes(http::Router& router) {
  add_response_headers(router);
  routes_.clear();
  const AddRoute add = [&](Route route, CallHandler handler) {
    add_route(router, std::move(route), std::move(handler));
  };
  add({.method = "GET", .pattern = "/healthz", .parameters = {}, .needs_token = false},
      [this](const Call&) { return health(); });
  add({.method = "GET", .pattern = "/readyz", .parameters = {}, .needs_token = false},
      [this](const Call&) { return readiness(); });
  add_openapi_route(add);
  add_page_routes(add);
  add_lead_routes(add, tools_);
  add_export_routes(add, tools_);
  add_disclosure_routes(add, tools_);
  add_erasure_routes(add, tools_);
  add_redrive_routes(add, tools_);
  add_backup_routes(add, tools_);
  add_destination_routes(add, tools_);
  add_overview_routes(add, tools_);
  add_test_route(add, service_);
  add_preview_route(add, tools_);
  add_metrics_route(add, tools_);
  add_stream_route(add, service_);
  add({"GET", "/api/v1/whoami", {}}, [](const Call& c) { return json_response(whoami_json(c)); });
  add({"POST", "/api/v1/reload", {}}, [this](const Call&) { return reload(); });
  add({"GET", "/api/v1/status", {}}, [this](const Call&) { return json_response(status_json(status())); });
}

void AdminApi::add_route(http::Router& router, Route route, CallHandler handler) {
  routes_.push_back(route);
  if (!route.needs_token) {
    router.add(route.method, route.pattern, [handler = std::move(handler)](const Request& request) {
      return handler({request, kNobody});
    });
    return;
  }
  if (route.takes_key) {
    handler = answer_repeats(tools_.doors.given_answers, route, std::move(handler));
  }
  router.add(route.method, route.pattern,
             [this, route, handler = std::move(handler)](const Request& request) -> Answer {
               auto admitted = callers_.admit(request, route.role);
               if (auto* error = std::get_if<Error>(&admitted)) return std::move(*error);
               if (auto error = find_bad_parameter(request, route.parameters)) return std::move(*error);
               const auto& caller = std::get<AdminToken>(admitted);
               return handler({request, caller.name, caller.role});
             });
}

void AdminApi::set_tokens(std::vector<AdminToken> tokens) {
  callers_.set_tokens(std::move(tokens));
  // Whoever listens must show that they still may.
  if (service_.changes != nullptr) service_.changes->end_readers();
}

Answer AdminApi::reload() {
  if (!service_.reload) return not_running();
  const ReloadReport report = service_.reload();
  return report.done ? json_response(reloaded_json(report)) : refused_reload(report);
}

StatusView AdminApi::status() {
  StatusView view;
  view.store = tools_.doors.overview.status();
  view.store_trouble = store_trouble();
  const auto [from, to] = last_day(tools_.clock.now());
  view.waits = tools_.doors.overview.waits(from, to);
  view.destinations = look_at_destinations(tools_, view.store.deliveries);
  if (service_.certificate) view.certificate = service_.certificate();
  if (service_.config) view.config = service_.config();
  if (service_.backups) view.backups = service_.backups();
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
  if (auto why = service_.not_ready ? service_.not_ready() : std::nullopt) return not_ready(std::move(*why));
  return health();
}

std::optional<std::string> AdminApi::store_trouble() const {
  return service_.store_trouble ? service_.store_trouble() : std::nullopt;
}

}  // namespace leadspool::admin
