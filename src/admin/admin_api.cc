#include "admin/admin_api.h"

#include <stdexcept>
#include <utility>
#include <variant>

#include "admin/correction_body.h"
#include "admin/lead_query.h"
#include "lead/transition.h"
#include "outbox/store.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;
using http::Request;
using http::Response;

Response ok(std::string content_type, std::string body) {
  return Response{
      .status = 200, .content_type = std::move(content_type), .body = std::move(body), .headers = {}};
}

Response json_response(std::string body) { return ok("application/json", std::move(body)); }

Error make_error(int status, std::string code, std::string message) {
  return Error{status, std::move(code), std::move(message), {}, {}, {}};
}

// Leads are personal data: no cache may keep an answer, and no browser may take one for a page.
Answer with_security_headers(Answer answer) {
  std::visit(
      [](auto& reply) {
        reply.headers.push_back({"Cache-Control", "no-store"});
        reply.headers.push_back({"X-Content-Type-Options", "nosniff"});
      },
      answer);
  return answer;
}

Error unauthorized() {
  Error error = make_error(401, "unauthorized",
                           "This needs the admin token: send the header \"Authorization: Bearer <token>\".");
  error.headers.push_back({"WWW-Authenticate", "Bearer"});
  return error;
}

Error no_such_lead() { return make_error(404, "no_such_lead", "There is no lead with this id."); }

Error store_down(const std::string& why) { return make_error(503, "store_down", why); }

Error read_only() {
  return make_error(409, "read_only", "Nothing can be changed here: the store was opened for reading only.");
}

Error not_possible(TransitionName transition, const outbox::NotPossible& reason) {
  Error error =
      make_error(409, "not_possible",
                 "This " + std::string(to_string(transition)) + " is not possible: " + reason.states +
                     ". A redrive takes dead deliveries, a release held ones, a discard "
                     "pending, held or dead ones.");
  error.details.emplace_back("states", reason.states);
  return error;
}

Answer not_committed(const outbox::Failure& failure) {
  if (failure.kind == outbox::Failure::Kind::refused) {
    throw std::runtime_error("the store refused a correction: " + failure.detail);
  }
  return store_down("The change may not have been stored, so look before repeating it: " + failure.detail);
}

std::string_view bearer_token(const Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view given = request.header("Authorization");
  if (given.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    // The scheme's name has no case (RFC 9110 section 11.1); " " | 0x20 is itself.
    if ((given[i] | 0x20) != kScheme[i]) return {};
  }
  return given.substr(kScheme.size());
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
    : options_(std::move(options)),
      reader_(reader),
      corrections_(corrections),
      service_(std::move(service)),
      clock_(clock) {}

void AdminApi::add_routes(http::Router& router) {
  router.add("GET", "/healthz", [this](const Request&) { return with_security_headers(health()); });
  router.add("GET", "/readyz", [this](const Request&) { return with_security_headers(readiness()); });

  add(router, "GET", "/api/v1/leads", lead_query_parameters(), [this](const Request& r) { return list(r); });
  add(router, "GET", "/api/v1/leads/{id}", {}, [this](const Request& r) { return show(r); });
  add(router, "GET", "/api/v1/leads/{id}/payload", {}, [this](const Request& r) { return payload(r); });
  for (const auto transition : {TransitionName::redrive, TransitionName::release, TransitionName::discard}) {
    add(router, "POST", "/api/v1/leads/{id}/" + std::string(to_string(transition)), {},
        [this, transition](const Request& r) { return correct(transition, r); });
  }
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
        if (!may_call(request)) return with_security_headers(unauthorized());
        if (auto error = find_bad_parameter(request, parameters)) return with_security_headers(*error);
        return with_security_headers(handler(request));
      });
}

bool AdminApi::may_call(const Request& request) const {
  if (options_.access == Access::open) return true;
  const std::string_view token = bearer_token(request);
  const Sha256 given = sha256(token);
  bool known = false;
  for (const auto& hash : options_.token_hashes) known |= equal_in_constant_time(hash, given);
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
  const auto id = parse_uuid(request.path_value("id"));
  auto bytes = id ? reader_.payload(*id) : std::nullopt;
  if (!bytes) return no_such_lead();
  const bool json = is_json(*bytes);
  Response response = ok(json ? "application/json" : "application/octet-stream", std::move(*bytes));
  // A stranger wrote these bytes: they are to be saved, never shown as a page of ours.
  response.headers.push_back({"Content-Disposition", "attachment; filename=\"lead-" + to_string(*id) +
                                                         (json ? ".json\"" : ".bin\"")});
  return response;
}

Answer AdminApi::correct(TransitionName transition, const Request& request) {
  if (!corrections_) return read_only();
  const auto parsed = parse_correction_body(request.body);
  if (const auto* error = std::get_if<Error>(&parsed)) return *error;
  const auto id = parse_uuid(request.path_value("id"));
  if (!id) return no_such_lead();

  const auto result = apply(*corrections_, transition, *id, std::get<CorrectionBody>(parsed), options_.actor);
  if (const auto* corrected = std::get_if<outbox::Corrected>(&result)) {
    const State state = transition == TransitionName::discard ? State::discarded : State::pending;
    return json_response(corrected_json(*id, *corrected, state));
  }
  if (const auto* reason = std::get_if<outbox::NotPossible>(&result)) {
    return not_possible(transition, *reason);
  }
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  return no_such_lead();
}

StatusView AdminApi::status() {
  return StatusView{
      .store = reader_.status(),
      .store_trouble = store_trouble(),
      .destinations = service_.destinations ? service_.destinations() : std::vector<DestinationStatus>{},
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
