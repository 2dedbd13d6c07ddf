#include "admin/redrive_routes.h"

#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/correction_body.h"
#include "admin/destination_routes.h"
#include "admin/parameters.h"
#include "admin/redrive_body.h"
#include "admin/redrive_view.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;

Error no_such_redrive() { return make_error(404, "no_such_redrive", "There is no redrive with this id."); }

Error nothing_to_redrive(const outbox::RedriveFilter& filter) {
  std::string text = "Nothing was ordered: the filter lets 0 dead letters of configured destinations pass";
  if (filter.with_missing) {
    text += ", and 0 leads that " + *filter.destination + " wants and that have no delivery there";
  }
  return make_error(409, "not_possible", text + ".");
}

Answer count(outbox::Redrives& redrives, const outbox::RedriveFilter& filter) {
  const auto counted = redrives.count(filter);
  if (const auto* failure = std::get_if<outbox::Failure>(&counted)) return not_committed(*failure);
  return json_response(redrive_count_json(std::get<outbox::RedriveCount>(counted)));
}

Answer order(const RouteTools& tools, const Call& call) {
  if (!tools.doors.redrives) return read_only();
  auto& redrives = *tools.doors.redrives;
  auto parsed = parse_redrive_body(call.request.body);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  const auto& body = std::get<RedriveBody>(parsed);
  const auto& filter = body.order.filter;
  if (filter.destination) {
    if (auto error = why_not_configured(tools, *filter.destination)) return std::move(*error);
  }
  if (body.dry_run) return count(redrives, filter);

  const auto ordered = redrives.order(body.order, {call.actor, body.reason});
  if (const auto* failure = std::get_if<outbox::Failure>(&ordered)) return not_committed(*failure);
  if (std::holds_alternative<outbox::NothingToRedrive>(ordered)) return nothing_to_redrive(filter);
  auto response = json_response(redrive_json(std::get<outbox::RedriveView>(ordered), tools.service.running));
  response.status = 202;
  return response;
}

Answer list(const RouteTools& tools, const Request& request) {
  const auto limit = parse_limit_query(request);
  if (const auto* error = std::get_if<Error>(&limit)) return *error;
  return json_response(redrives_json(tools.doors.overview.redrives(std::get<int>(limit))));
}

Answer show(const RouteTools& tools, const Request& request) {
  const auto id = parse_uuid(request.path_value("id"));
  const auto redrive = id ? tools.doors.overview.redrive(*id) : std::nullopt;
  if (!redrive) return no_such_redrive();
  return json_response(redrive_json(*redrive, tools.service.running));
}

Answer cancel(const RouteTools& tools, const Call& call) {
  if (!tools.doors.redrives) return read_only();
  auto parsed = parse_reason_body(call.request.body);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  const auto id = parse_uuid(call.request.path_value("id"));
  if (!id) return no_such_redrive();

  const auto result = tools.doors.redrives->cancel(*id, {call.actor, std::get<std::string>(parsed)});
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  if (const auto* ended = std::get_if<outbox::RedriveEnded>(&result)) {
    return make_error(409, "redrive_ended",
                      "This redrive has ended already: it is " + std::string(to_string(ended->state)) + ".");
  }
  const auto* redrive = std::get_if<outbox::RedriveView>(&result);
  if (!redrive) return no_such_redrive();
  return json_response(redrive_json(*redrive, tools.service.running));
}

}  // namespace

void add_redrive_routes(const AddRoute& add, const RouteTools& tools) {
  add({"POST", "/api/v1/redrives", {}}, [tools](const Call& c) { return order(tools, c); });
  add({"GET", "/api/v1/redrives", {"limit"}}, [tools](const Call& c) { return list(tools, c.request); });
  add({"GET", "/api/v1/redrives/{id}", {}}, [tools](const Call& c) { return show(tools, c.request); });
  add({"POST", "/api/v1/redrives/{id}/cancel", {}}, [tools](const Call& c) { return cancel(tools, c); });
}

}  // namespace leadspool::admin
