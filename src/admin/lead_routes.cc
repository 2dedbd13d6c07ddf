#include "admin/lead_routes.h"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/correction_body.h"
#include "admin/lead_masking.h"
#include "admin/lead_query.h"
#include "admin/lead_view.h"
#include "admin/new_revision.h"
#include "admin/revision_body.h"
#include "lead/transition.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;
using http::Response;

Error no_such_payload(int revision) {
  return make_error(
      404, "no_such_payload",
      "This lead has no revision " + std::to_string(revision) + ", or that one brought no new body.");
}

Error cannot_correct(TransitionName transition, const std::string& states) {
  return not_possible(
      "This " + std::string(to_string(transition)) + " is not possible: " + states +
          ". A redrive takes dead deliveries, a release held ones, a discard pending, held or dead "
          "ones.",
      states);
}

Error no_such_delivery(const std::string& destination, const std::vector<outbox::DeliveryView>& deliveries) {
  std::string states;
  for (const auto& each : deliveries) {
    states += (states.empty() ? "" : ", ") + each.destination + " is " + std::string(to_string(each.state));
  }
  return not_possible("The lead has no delivery to \"" + destination + "\": " + states + ".", states);
}

Error has_no_delivery(TransitionName transition, Disposition disposition) {
  const std::string states = "it has no delivery";
  return not_possible(
      "This " + std::string(to_string(transition)) + " is not possible: " + states +
          (disposition == Disposition::probe ? ", as it is a probe."
                                             : ". A revision of the lead makes its deliveries, "
                                               "one that changes nothing too."),
      states);
}

Error no_destination(const std::string& source, bool is_any_configured) {
  const std::string why = is_any_configured
                              ? "either its source \"" + source +
                                    "\" is not in the configuration, or no destination wants it (look at "
                                    "their `when`)"
                              : "the configuration has no destination at all";
  return make_error(409, "no_destination",
                    "Nothing was changed: so revised, the lead would have no delivery: " + why +
                        ". Mend it there, reload, and revise the lead again.");
}

// Why the lead was not revised, for all reasons but the want of a destination; nullopt: it was.
std::optional<Error> why_not_revised(const outbox::RevisionResult& result) {
  if (std::holds_alternative<outbox::Revised>(result)) return std::nullopt;
  if (std::holds_alternative<outbox::Overtaken>(result)) {
    return make_error(409, "overtaken", "Somebody revised this lead meanwhile; look at it again.");
  }
  if (const auto* reason = std::get_if<outbox::NotPossible>(&result)) {
    return not_possible(
        "This revision is not possible: " + reason->states +
            ". It takes a lead that has no delivery yet, or has one which is pending, held or dead "
            "and none that is being tried.",
        reason->states);
  }
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  return no_such_lead();
}

outbox::CorrectionResult apply(outbox::Corrections& corrections, TransitionName transition, const Uuid& lead,
                               const CorrectionBody& body, const std::string& actor) {
  outbox::Order order{actor, body.reason};
  switch (transition) {
    case TransitionName::redrive:
      return corrections.redrive(lead, body.destination, std::move(order));
    case TransitionName::release:
      return corrections.release(lead, body.destination, std::move(order));
    case TransitionName::discard:
      return corrections.discard(lead, body.destination, std::move(order));
    default:
      throw std::logic_error("not a person's transition");
  }
}

Answer list(const RouteTools& tools, const Request& request) {
  const auto parsed = parse_lead_query(request);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& query = std::get<LeadQuery>(parsed);
  auto page = tools.doors.reader.list(query.filter, query.limit, query.before);
  if (query.masked) {
    for (auto& lead : page.leads) lead = masked(std::move(lead));
  }
  return json_response(lead_page_json(page));
}

Answer show(const RouteTools& tools, const Request& request) {
  const auto parsed = parse_masked_query(request);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto id = parse_uuid(request.path_value("id"));
  auto detail = id ? tools.doors.reader.find(*id) : std::nullopt;
  if (!detail) return no_such_lead();
  const bool is_masked = std::get<bool>(parsed);
  if (is_masked) detail = masked(std::move(*detail));
  return json_response(lead_detail_json(*detail, {.masked = is_masked, .warnings = {}}));
}

Answer payload(const RouteTools& tools, const Request& request) {
  const auto parsed = parse_revision_query(request);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto revision = std::get<std::optional<int>>(parsed);
  const auto id = parse_uuid(request.path_value("id"));
  auto bytes = id ? tools.doors.reader.payload(*id, revision) : std::nullopt;
  if (!bytes || bytes->empty()) {
    const auto detail = id ? tools.doors.reader.find(*id) : std::nullopt;
    if (!detail) return no_such_lead();
    if (detail->view.erased_at) return erased(*detail->view.erased_at);
    if (!bytes) return no_such_payload(revision.value_or(0));
  }

  const bool json = is_json(*bytes);
  std::string name = "lead-" + to_string(*id);
  if (revision) name += "-revision-" + std::to_string(*revision);
  Response response = ok(json ? "application/json" : "application/octet-stream", std::move(*bytes));
  // A stranger wrote these bytes: they are to be saved, never shown as a page of ours.
  response.headers.push_back(
      {"Content-Disposition", "attachment; filename=\"" + name + (json ? ".json\"" : ".bin\"")});
  return response;
}

Answer correct(TransitionName transition, const RouteTools& tools, const Call& call) {
  if (!tools.doors.corrections) return read_only();
  const auto parsed = parse_correction_body(call.request.body);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& body = std::get<CorrectionBody>(parsed);
  const auto id = parse_uuid(call.request.path_value("id"));
  if (!id) return no_such_lead();

  const auto result = apply(*tools.doors.corrections, transition, *id, body, call.actor);
  if (const auto* corrected = std::get_if<outbox::Corrected>(&result)) {
    const State state = transition == TransitionName::discard ? State::discarded : State::pending;
    return json_response(corrected_json(*id, *corrected, state));
  }
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  const auto* reason = std::get_if<outbox::NotPossible>(&result);
  const auto detail = reason ? tools.doors.reader.find(*id) : std::nullopt;
  if (!detail) return no_such_lead();
  if (detail->view.erased_at) return erased(*detail->view.erased_at);
  const auto& deliveries = detail->view.deliveries;
  if (deliveries.empty()) return has_no_delivery(transition, detail->view.lead.disposition);
  const bool is_known = !body.destination ||
                        std::any_of(deliveries.begin(), deliveries.end(),
                                    [&](const auto& each) { return each.destination == *body.destination; });
  return is_known ? cannot_correct(transition, reason->states)
                  : no_such_delivery(*body.destination, deliveries);
}

Answer revise(const RouteTools& tools, const Call& call) {
  if (!tools.doors.corrections) return read_only();
  const auto parsed = parse_revision_body(call.request.body);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& body = std::get<RevisionBody>(parsed);
  const auto id = parse_uuid(call.request.path_value("id"));
  const auto detail = id ? tools.doors.reader.find(*id) : std::nullopt;
  if (!detail) return no_such_lead();
  if (detail->view.erased_at) return erased(*detail->view.erased_at);

  auto made = make_revision(*detail, body);
  if (auto* error = std::get_if<Error>(&made)) return std::move(*error);
  auto& revision = std::get<outbox::NewRevision>(made);
  const std::string& source = detail->view.lead.source;
  if (detail->view.deliveries.empty() && tools.service.new_deliveries) {
    Lead lead = detail->view.lead;
    lead.disposition = revision.disposition;
    lead.disposition_reason = revision.disposition_reason;
    lead.fields = revision.fields;
    revision.deliveries = tools.service.new_deliveries(lead);
  }
  const outbox::Order order{call.actor, body.reason};
  const auto result = tools.doors.corrections->revise(*id, revision, order);
  if (std::holds_alternative<outbox::NoDelivery>(result)) {
    return no_destination(source, !tools.service.destinations || !tools.service.destinations().empty());
  }
  if (auto error = why_not_revised(result)) return std::move(*error);
  if (body.redrive) {
    // None that is dead is no failure: the revision was the greater part of what was asked.
    const auto redriven = tools.doors.corrections->redrive(*id, std::nullopt, order);
    if (const auto* failure = std::get_if<outbox::Failure>(&redriven)) return not_committed(*failure);
  }
  const auto revised = tools.doors.reader.find(*id);
  if (!revised) return no_such_lead();
  return json_response(
      lead_detail_json(*revised, {.masked = false, .warnings = revision_warnings(*revised)}));
}

}  // namespace

void add_lead_routes(const AddRoute& add, const RouteTools& tools) {
  add({"GET", "/api/v1/leads", lead_query_parameters()},
      [tools](const Call& c) { return list(tools, c.request); });
  add({"GET", "/api/v1/leads/{id}", {"masked"}}, [tools](const Call& c) { return show(tools, c.request); });
  add({"GET", "/api/v1/leads/{id}/payload", {"revision"}},
      [tools](const Call& c) { return payload(tools, c.request); });
  for (const auto transition : {TransitionName::redrive, TransitionName::release, TransitionName::discard}) {
    add({"POST", "/api/v1/leads/{id}/" + std::string(to_string(transition)), {}},
        [tools, transition](const Call& c) { return correct(transition, tools, c); });
  }
  add({"POST", "/api/v1/leads/{id}/revisions", {}}, [tools](const Call& c) { return revise(tools, c); });
}

}  // namespace leadspool::admin
