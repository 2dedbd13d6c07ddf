#include "admin/destination_routes.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/correction_body.h"
#include "admin/last_day.h"
#include "admin/proposal.h"
#include "admin/status_view.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;

enum class Change { pause, resume };

Answer list(const RouteTools& tools) {
  const auto all = look_at_destinations(tools, tools.doors.overview.status().deliveries);
  return json_response(destinations_json(all, tools.clock.now()));
}

Error already_so(Change change, const std::string& name) {
  const std::string text = "Nothing was changed: \"" + name + "\" ";
  return make_error(
      409, "not_possible",
      text + (change == Change::pause ? "is paused already, for this very reason."
                                      : "is not paused, and nothing else keeps it from working."));
}

std::vector<DestinationView> look_at(const RouteTools& tools,
                                     const std::vector<DestinationStatus>& configured,
                                     const std::vector<outbox::StateCount>& deliveries) {
  auto& overview = tools.doors.overview;
  const Time now = tools.clock.now();
  auto views = put_together(configured, overview.destinations(), deliveries, now);
  const auto [from, to] = last_day(now);
  for (auto& each : views) each.waits = overview.waits(from, to, each.name);
  return views;
}

Answer show_changed(Change change, const RouteTools& tools, const std::string& name) {
  auto configured = configured_destinations(tools.service);
  // The running worker hears of a resume a moment after it is stored, and until then tells what was before.
  if (change == Change::resume) {
    for (auto& each : configured) each.health.reset();
  }
  for (const auto& each : look_at(tools, configured, tools.doors.overview.status().deliveries)) {
    if (each.name == name) return json_response(destination_json(each, tools.clock.now()));
  }
  return make_error(404, "no_such_destination", "A reload took \"" + name + "\" away meanwhile.");
}

Answer carry_out(Change change, const RouteTools& tools, const Call& call) {
  if (!tools.doors.corrections) return read_only();
  auto parsed = parse_reason_body(call.request.body);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  const std::string name(call.request.path_value("name"));
  if (auto error = why_not_configured(tools, name)) return std::move(*error);

  auto& corrections = *tools.doors.corrections;
  const outbox::Order by{call.actor, std::get<std::string>(parsed)};
  const auto result = change == Change::pause ? corrections.pause(name, by) : corrections.resume(name, by);
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  if (std::holds_alternative<outbox::AlreadySo>(result)) return already_so(change, name);
  return show_changed(change, tools, name);
}

}  // namespace

void add_destination_routes(const AddRoute& add, const RouteTools& tools) {
  add({"GET", "/api/v1/destinations", {}}, [tools](const Call&) { return list(tools); });
  add({"POST", "/api/v1/destinations/{name}/pause", {}},
      [tools](const Call& c) { return carry_out(Change::pause, tools, c); });
  add({"POST", "/api/v1/destinations/{name}/resume", {}},
      [tools](const Call& c) { return carry_out(Change::resume, tools, c); });
}

std::vector<DestinationView> look_at_destinations(const RouteTools& tools,
                                                  const std::vector<outbox::StateCount>& deliveries) {
  return look_at(tools, configured_destinations(tools.service), deliveries);
}

std::vector<DestinationStatus> configured_destinations(const ServiceView& service) {
  return service.destinations ? service.destinations() : std::vector<DestinationStatus>{};
}

bool is_configured(const ServiceView& service, const std::string& name) {
  const auto configured = configured_destinations(service);
  return std::any_of(configured.begin(), configured.end(),
                     [&](const auto& each) { return each.name == name; });
}

Error no_such_destination(const ServiceView& service, const std::string& name) {
  const auto configured = configured_destinations(service);
  return make_error(
      404, "no_such_destination",
      "There is no destination \"" + name + "\"" + what_is_known(name, names_of(configured)) +
          (service.running ? " One that was just added is there after `leadspool reload`." : ""));
}

std::optional<Error> why_not_configured(const RouteTools& tools, const std::string& name) {
  if (is_configured(tools.service, name)) return std::nullopt;
  const auto deliveries = tools.doors.overview.status().deliveries;
  const bool is_stored = std::any_of(deliveries.begin(), deliveries.end(),
                                     [&](const auto& each) { return each.destination == name; });
  if (!is_stored) return no_such_destination(tools.service, name);
  return make_error(409, "not_possible",
                    "Destination \"" + name +
                        "\" is not in the configuration any more, so nothing is sent there; only stored "
                        "deliveries name it.");
}

}  // namespace leadspool::admin
