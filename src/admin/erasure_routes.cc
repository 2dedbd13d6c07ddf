#include "admin/erasure_routes.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "admin/answers.h"
#include "admin/erasure_view.h"
#include "admin/parameters.h"
#include "admin/person_body.h"
#include "admin/reason.h"
#include "lead/attempt.h"
#include "lead/delivery.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;

Error already_erased() {
  return make_error(409, "already_erased", "This lead was erased before; only its tombstone is left.");
}

Answer erase_lead(const RouteTools& tools, const Call& call) {
  if (!tools.doors.erasures) return read_only();
  const auto id = parse_uuid(call.request.path_value("id"));
  if (!id) return no_such_lead();
  const std::string reason(call.request.query_value("reason").value_or(""));
  if (is_too_long_a_reason(reason)) return bad_parameter("reason", "\"reason\" " + kReasonTooLong + ".");
  const auto result = tools.doors.erasures->erase(*id, {call.actor, reason});
  if (const auto* erased = std::get_if<outbox::Erased>(&result)) return json_response(erased_json(*erased));
  if (std::holds_alternative<outbox::AlreadyErased>(result)) return already_erased();
  if (const auto* obstacle = std::get_if<outbox::NotPossible>(&result)) {
    return not_possible(
        "This lead cannot be erased now: " + obstacle->states + ". Erase it when that is over.",
        obstacle->states);
  }
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  return no_such_lead();
}

// A try that ended without an answer may have left a record there.
bool may_be_there(const outbox::DeliveryView& delivery) {
  return delivery.state == State::delivered ||
         std::any_of(delivery.attempts.begin(), delivery.attempts.end(), [](const Attempt& attempt) {
           return attempt.outcome == Outcome::ambiguous || attempt.outcome == Outcome::interrupted;
         });
}

Answer tell_what_would_be_erased(outbox::Reader& reader, const std::string& email) {
  const auto leads = reader.leads_of_person(email);
  std::vector<outbox::RecordElsewhere> elsewhere;
  for (const auto& lead : leads) {
    const auto detail = reader.find(lead);
    if (!detail) continue;
    for (const auto& delivery : detail->view.deliveries) {
      if (may_be_there(delivery)) elsewhere.push_back({lead, delivery.destination, delivery.remote_id});
    }
  }
  return json_response(would_erase_json(leads, elsewhere));
}

Answer erase_person(const RouteTools& tools, const Call& call) {
  auto parsed = parse_person_body(call.request.body, DryRun::possible);
  if (auto* error = std::get_if<Error>(&parsed)) return std::move(*error);
  const auto& body = std::get<PersonBody>(parsed);
  if (body.dry_run) return tell_what_would_be_erased(tools.doors.reader, body.email);
  if (!tools.doors.erasures) return read_only();
  const auto result = tools.doors.erasures->erase_person(body.email, {call.actor, body.reason});
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  return json_response(erased_person_json(std::get<outbox::Erased>(result)));
}

}  // namespace

void add_erasure_routes(const AddRoute& add, const RouteTools& tools) {
  add({"DELETE", "/api/v1/leads/{id}", {"reason"}}, [tools](const Call& c) { return erase_lead(tools, c); });
  add({"POST", "/api/v1/erasures", {}}, [tools](const Call& c) { return erase_person(tools, c); });
}

}  // namespace leadspool::admin
