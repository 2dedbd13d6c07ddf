#include "admin/admin_api.h"

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "admin/correction_body.h"
#include "admin/lead_query.h"
#include "admin/new_revision.h"
#include "admin/revision_body.h"
#include "lead/transition.h"
#include "outbox/store.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;
using http::Response;

Error unauthorized() {
  Error error = make_error(401, "unauthorized",
                           "This needs the admin token: send the header \"Authorization: Bearer <token>\".");
  error.headers.push_back({"WWW-Authenticate", "Bearer"});
  return error;
}

Error no_such_payload(int revision) {
  return make_error(
      404, "no_such_payload",
      "This lead has no revision " + std::to_string(revision) + ", or that one brought no new body.");
}

Error not_running() {
  return make_error(409, "not_running",
                    "No service is running that could read its configuration again; start it with `leadspool "
                    "serve`, and it begins with the configuration as it is now.");
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
  const std::string why = is_any_configured ? "its source \"" + source + "\" is not in the configuration"
                                            : "the configuration has no destination at all";
  return make_error(409, "no_destination",
                    "Nothing was changed: so revised, the lead would have no delivery, as " + why +
                        ". Add it there, reload, and revise the lead again.");
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

}  // namespace

AdminApi::AdminApi(AdminOptions options, outbox::Reader& reader, outbox::Corrections* corrections,
                   ServiceView service, const Clock& clock)
    : access_(options.access),
      actor_(std::move(options.actor)),
      token_hashes_(std::move(options.token_hashes)),
      reader_(reader),
      corrections_(corrections),
      service_(std::move(service)),
      clock_(clock) {}

void AdminApi::add_routes(http::Router& router) {
  // Leads are personal data: no cache may keep an answer, and no browser may take one for a page.
  router.add_header({"Cache-Control", "no-store"});
  router.add_header({"X-Content-Type-Options", "nosniff"});
  router.add("GET", "/healthz", [this](const Request&) { return health(); });
  router.add("GET", "/readyz", [this](const Request&) { return readiness(); });

  add(router, "GET", "/api/v1/leads", lead_query_parameters(), [this](const Request& r) { return list(r); });
  add(router, "GET", "/api/v1/leads/{id}", {}, [this](const Request& r) { return show(r); });
  add(router, "GET", "/api/v1/leads/{id}/payload", {"revision"},
      [this](const Request& r) { return payload(r); });
  for (const auto transition : {TransitionName::redrive, TransitionName::release, TransitionName::discard}) {
    add(router, "POST", "/api/v1/leads/{id}/" + std::string(to_string(transition)), {},
        [this, transition](const Request& r) { return correct(transition, r); });
  }
  add(router, "POST", "/api/v1/leads/{id}/revisions", {}, [this](const Request& r) { return revise(r); });
  add(router, "POST", "/api/v1/reload", {}, [this](const Request&) { return reload(); });
  add(router, "GET", "/api/v1/dead-letters", {},
      [this](const Request&) { return json_response(dead_letters_json(reader_.dead_letters())); });
  add(router, "GET", "/api/v1/status", {},
      [this](const Request&) { return json_response(status_json(status())); });
  add(router, "GET", "/api/v1/destinations", {},
      [this](const Request&) { return json_response(destinations_json(status())); });
}

void AdminApi::add(http::Router& router, std::string_view method, std::string_view pattern,
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

Answer AdminApi::list(const Request& request) {
  const auto parsed = parse_lead_query(request);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& query = std::get<LeadQuery>(parsed);
  return json_response(lead_page_json(reader_.list(query.filter, query.limit, query.before)));
}

Answer AdminApi::show(const Request& request) {
  const auto id = parse_uuid(request.path_value("id"));
  const auto detail = id ? reader_.find(*id) : std::nullopt;
  if (!detail) return no_such_lead();
  return json_response(lead_detail_json(*detail));
}

Answer AdminApi::payload(const Request& request) {
  const auto parsed = parse_revision_query(request);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto revision = std::get<std::optional<int>>(parsed);
  const auto id = parse_uuid(request.path_value("id"));
  auto bytes = id ? reader_.payload(*id, revision) : std::nullopt;
  if (!bytes) return id && revision && reader_.find(*id) ? no_such_payload(*revision) : no_such_lead();

  const bool json = is_json(*bytes);
  std::string name = "lead-" + to_string(*id);
  if (revision) name += "-revision-" + std::to_string(*revision);
  Response response = ok(json ? "application/json" : "application/octet-stream", std::move(*bytes));
  // A stranger wrote these bytes: they are to be saved, never shown as a page of ours.
  response.headers.push_back(
      {"Content-Disposition", "attachment; filename=\"" + name + (json ? ".json\"" : ".bin\"")});
  return response;
}

Answer AdminApi::correct(TransitionName transition, const Request& request) {
  if (!corrections_) return read_only();
  const auto parsed = parse_correction_body(request.body);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& body = std::get<CorrectionBody>(parsed);
  const auto id = parse_uuid(request.path_value("id"));
  if (!id) return no_such_lead();

  const auto result = apply(*corrections_, transition, *id, body, actor_);
  if (const auto* corrected = std::get_if<outbox::Corrected>(&result)) {
    const State state = transition == TransitionName::discard ? State::discarded : State::pending;
    return json_response(corrected_json(*id, *corrected, state));
  }
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  const auto* reason = std::get_if<outbox::NotPossible>(&result);
  const auto detail = reason ? reader_.find(*id) : std::nullopt;
  if (!detail) return no_such_lead();
  const auto& deliveries = detail->view.deliveries;
  if (deliveries.empty()) return has_no_delivery(transition, detail->view.lead.disposition);
  const bool is_known = !body.destination ||
                        std::any_of(deliveries.begin(), deliveries.end(),
                                    [&](const auto& each) { return each.destination == *body.destination; });
  return is_known ? cannot_correct(transition, reason->states)
                  : no_such_delivery(*body.destination, deliveries);
}

Answer AdminApi::revise(const Request& request) {
  if (!corrections_) return read_only();
  const auto parsed = parse_revision_body(request.body);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto& body = std::get<RevisionBody>(parsed);
  const auto id = parse_uuid(request.path_value("id"));
  const auto detail = id ? reader_.find(*id) : std::nullopt;
  if (!detail) return no_such_lead();

  auto made = make_revision(*detail, body);
  if (auto* error = std::get_if<Error>(&made)) return std::move(*error);
  auto& revision = std::get<outbox::NewRevision>(made);
  const std::string& source = detail->view.lead.source;
  if (detail->view.deliveries.empty() && service_.new_deliveries) {
    revision.deliveries = service_.new_deliveries(source, revision.disposition, revision.disposition_reason);
  }
  const outbox::Order order{actor_, body.reason};
  const auto result = corrections_->revise(*id, revision, order);
  if (std::holds_alternative<outbox::NoDelivery>(result)) {
    return no_destination(source, !service_.destinations || !service_.destinations().empty());
  }
  if (auto error = why_not_revised(result)) return std::move(*error);
  if (body.redrive) {
    // None that is dead is no failure: the revision was the greater part of what was asked.
    const auto redriven = corrections_->redrive(*id, std::nullopt, order);
    if (const auto* failure = std::get_if<outbox::Failure>(&redriven)) return not_committed(*failure);
  }
  const auto revised = reader_.find(*id);
  if (!revised) return no_such_lead();
  return json_response(lead_detail_json(*revised, revision_warnings(*revised)));
}

Answer AdminApi::reload() {
  if (!service_.reload) return not_running();
  const ReloadReport report = service_.reload();
  return report.done ? json_response(reloaded_json(report)) : refused_reload(report);
}

StatusView AdminApi::status() {
  return StatusView{
      .store = reader_.status(),
      .store_trouble = store_trouble(),
      .destinations = service_.destinations ? service_.destinations() : std::vector<DestinationStatus>{},
      .certificate = service_.certificate ? service_.certificate() : std::nullopt,
      .config = service_.config ? std::optional{service_.config()} : std::nullopt,
      .running = service_.running,
      .now = clock_.now()};
}

Answer AdminApi::health() const {
  if (const auto trouble = store_trouble()) return store_down(*trouble);
  return ok("text/plain; charset=utf-8", "ok\n");
}

Answer AdminApi::readiness() {
  // Whether reading throws is the very question here, so the exception is an answer.
  try {
    (void)reader_.list({}, 1, std::nullopt);
  } catch (const outbox::StoreError& error) {
    return store_down(error.what());
  }
  return health();
}

std::optional<std::string> AdminApi::store_trouble() const {
  return service_.store_trouble ? service_.store_trouble() : std::nullopt;
}

}  // namespace leadspool::admin
