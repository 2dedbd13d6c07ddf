#include "admin/disclosure_routes.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answers.h"
#include "admin/correction_body.h"
#include "admin/lead_view.h"
#include "admin/person_body.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;

// Writes down that the lead's data is shown; an error: it was not, so nothing may be.
std::optional<Error> note(outbox::Corrections& corrections, const Uuid& lead, const std::string& action,
                          const outbox::Order& order) {
  const auto result = corrections.note(lead, action, order);
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  if (std::holds_alternative<outbox::NoSuchLead>(result)) return no_such_lead();
  return std::nullopt;
}

Answer reveal(const RouteTools& tools, const Call& call) {
  if (!tools.doors.corrections) return read_only();
  auto parsed = parse_reason_body(call.request.body);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  const auto id = parse_uuid(call.request.path_value("id"));
  const auto before = id ? tools.doors.reader.find(*id) : std::nullopt;
  if (!before) return no_such_lead();
  if (before->view.erased_at) return erased(*before->view.erased_at);
  const outbox::Order order{call.actor, std::get<std::string>(parsed)};
  if (auto error = note(*tools.doors.corrections, *id, "reveal", order)) return std::move(*error);
  const auto detail = tools.doors.reader.find(*id);
  if (!detail) return no_such_lead();
  return json_response(lead_detail_json(*detail));
}

Answer export_person(const RouteTools& tools, const Call& call) {
  if (!tools.doors.corrections) return read_only();
  auto parsed = parse_person_body(call.request.body, DryRun::unknown);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  const auto& body = std::get<PersonBody>(parsed);
  auto& reader = tools.doors.reader;
  std::vector<PersonalLead> leads;
  for (const auto& lead : reader.leads_of_person(body.email)) {
    if (auto error = note(*tools.doors.corrections, lead, "export", {call.actor, body.reason})) {
      return std::move(*error);
    }
    auto detail = reader.find(lead);
    auto payload = reader.payload(lead);
    if (detail && payload) leads.push_back({std::move(*detail), std::move(*payload)});
  }
  return json_response(person_json(body.email, tools.clock.now(), leads));
}

}  // namespace

void add_disclosure_routes(const AddRoute& add, const RouteTools& tools) {
  add({.method = "POST", .pattern = "/api/v1/leads/{id}/reveal", .parameters = {}, .role = Role::read},
      [tools](const Call& c) { return reveal(tools, c); });
  add({.method = "POST", .pattern = "/api/v1/exports", .parameters = {}, .role = Role::read},
      [tools](const Call& c) { return export_person(tools, c); });
}

}  // namespace leadspool::admin
