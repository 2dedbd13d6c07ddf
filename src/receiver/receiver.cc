#include "receiver/receiver.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/log.h"
#include "base/text.h"
#include "receiver/disposition.h"
#include "receiver/kept_headers.h"
#include "receiver/lead_parser.h"

namespace leadspool::receiver {
namespace {

// The key that a request presents; empty when it presents none.
std::string_view presented_key(const http::Request& request) {
  if (const auto key = request.query_value("key"); key && !key->empty()) return *key;
  constexpr std::string_view kScheme = "bearer ";
  const std::string_view authorization = request.header("Authorization");
  const bool is_bearer = equal_in_any_case(authorization.substr(0, kScheme.size()), kScheme);
  return is_bearer ? authorization.substr(kScheme.size()) : std::string_view{};
}

// Whether a lead of that disposition waits for a person.
bool is_held(const Source& source, Disposition disposition) {
  switch (disposition) {
    case Disposition::test:
      return source.test_leads == Rule::hold;
    case Disposition::do_not_contact:
      return source.do_not_contact == Rule::hold;
    case Disposition::duplicate:
      return true;
    case Disposition::deliver:
    case Disposition::probe:
    case Disposition::quarantined:
      return false;
  }
  return false;
}

std::variant<LeadFields, EmptyBody, Unreadable> read(std::string_view body, std::string_view encoding) {
  if (encoding.empty() || body.empty() || equal_in_any_case(encoding, "identity")) return parse_lead(body);
  return Unreadable{"compressed", "the body is compressed, and this version does not unpack it"};
}

// Fills in what reading the body showed; returns why it is not a lead, if it is not.
std::optional<Unreadable> read_body(outbox::NewLead& lead, std::string_view encoding) {
  auto reading = read(lead.receipt.payload, encoding);
  if (auto* unreadable = std::get_if<Unreadable>(&reading)) {
    lead.disposition = Disposition::quarantined;
    lead.disposition_reason = unreadable->code + ": " + unreadable->message;
    return std::move(*unreadable);
  }
  if (std::holds_alternative<EmptyBody>(reading)) {
    lead.disposition = Disposition::probe;
    lead.disposition_reason = "empty body: a connectivity test";
    return std::nullopt;
  }
  lead.fields = std::move(std::get<LeadFields>(reading));
  auto [disposition, reason] = judge(lead.fields);
  lead.disposition = disposition;
  lead.disposition_reason = std::move(reason);
  return std::nullopt;
}

// The same for everything that must not be told apart from outside.
http::Error not_found() { return {404, "not_found", "There is nothing at this address.", {}, {}, {}}; }

http::Error not_stored(std::chrono::seconds retry_after) {
  return {503, "not_stored", "The lead could not be stored; send it again later.",
          {},  {},           {{"Retry-After", std::to_string(retry_after.count())}}};
}

http::Error unreadable_answer(Unreadable why, std::string id) {
  return {422, std::move(why.code), std::move(why.message), {}, {{"id", std::move(id)}}, {}};
}

// Ids, hashes and our own words need no escaping, and a JSON library costs more than the rest of a request.
http::Response receipt(const outbox::NewLead& lead, const std::string& id) {
  http::Response response;
  response.status = 202;
  if (lead.disposition == Disposition::probe) {
    response.body = R"({"id":")" + id + R"(","status":"probe"})";
  } else {
    response.body = R"({"id":")" + id + R"(","status":"accepted","sha256":")" +
                    to_hex(lead.receipt.payload_sha256) + R"("})";
  }
  return response;
}

void log_lead(const outbox::NewLead& lead, const std::string& id,
              const std::optional<Unreadable>& unreadable) {
  const auto bytes = lead.receipt.payload.size();
  if (unreadable) {
    log_warn("lead_quarantined",
             {{"lead", id}, {"source", lead.source}, {"code", unreadable->code}, {"bytes", bytes}});
    return;
  }
  log_info("lead_accepted", {{"lead", id},
                             {"source", lead.source},
                             {"disposition", to_string(lead.disposition)},
                             {"bytes", bytes}});
}

}  // namespace

Receiver::Receiver(ReceiverOptions options, outbox::Intake& intake)
    : options_(std::move(options)), intake_(intake) {
  for (const Source& source : options_.sources) most_keys_ = std::max(most_keys_, source.key_hashes.size());
}

void Receiver::add_routes(http::Router& router) {
  router.add("POST", "/leads/{source}", [this](const http::Request& request) { return receive(request); });
}

const Source* Receiver::authenticate(std::string_view source_name, std::string_view key) const {
  // The same work whatever is right or wrong: every source is looked at, the key is always hashed, and as
  // many hashes are compared as the source with the most keys has.
  const Source* named = nullptr;
  for (const Source& source : options_.sources) {
    if (source.name == source_name) named = &source;
  }
  const Sha256 presented = sha256(key);
  static const Sha256 kNoHash{};
  bool opens = false;
  for (std::size_t i = 0; i < most_keys_; ++i) {
    const bool is_real = named != nullptr && i < named->key_hashes.size();
    const bool is_equal = equal_in_constant_time(presented, is_real ? named->key_hashes[i] : kNoHash);
    opens |= is_real && is_equal;
  }
  return opens && !key.empty() ? named : nullptr;
}

std::vector<outbox::NewDelivery> Receiver::deliveries(const Source& source,
                                                      const outbox::NewLead& lead) const {
  if (lead.disposition == Disposition::probe || lead.disposition == Disposition::quarantined) return {};
  std::optional<std::string> held_reason;
  if (is_held(source, lead.disposition)) held_reason = lead.disposition_reason;
  std::vector<outbox::NewDelivery> made;
  made.reserve(options_.destinations.size());
  for (const std::string& destination : options_.destinations) made.push_back({destination, held_reason});
  return made;
}

http::Answer Receiver::receive(const http::Request& request) {
  const std::string_view key = presented_key(request);
  const Source* const source = authenticate(request.path_value("source"), key);
  if (source == nullptr) return not_found();

  outbox::NewLead lead;
  lead.source = source->name;
  lead.receipt.payload = request.body;
  lead.receipt.payload_sha256 = sha256(request.body);
  lead.receipt.headers_json = kept_headers_json(request.headers, key);
  lead.receipt.remote_address = request.remote_address;
  auto unreadable = read_body(lead, request.header("Content-Encoding"));
  lead.deliveries = deliveries(*source, lead);

  const auto stored = intake_.accept(lead);
  if (const auto* why_not = std::get_if<outbox::NotStored>(&stored)) {
    refusals_.refused(*why_not);
    return not_stored(options_.retry_after);
  }
  refusals_.stored();
  std::string id = to_string(std::get<outbox::Accepted>(stored).id);
  log_lead(lead, id, unreadable);
  if (unreadable) return unreadable_answer(std::move(*unreadable), std::move(id));
  return receipt(lead, id);
}

}  // namespace leadspool::receiver
