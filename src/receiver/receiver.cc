#include "receiver/receiver.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/log.h"
#include "lead/verdict.h"
#include "receiver/body_reading.h"
#include "receiver/kept_headers.h"
#include "receiver/presented_key.h"
#include "receiver/sender_headers.h"

namespace leadspool::receiver {
namespace {

// What is kept of a request, whatever its body says.
outbox::NewLead kept_of(const http::Request& request, const Source& source, std::string_view key) {
  outbox::NewLead lead;
  lead.source = source.name;
  lead.receipt.payload = request.body;
  lead.receipt.payload_sha256 = sha256(request.body);
  lead.receipt.headers_json = kept_headers_json(request.headers, key);
  lead.receipt.remote_address = request.remote_address;
  lead.idempotency_key = idempotency_key(request.headers, key);
  return lead;
}

// nullopt where there is nothing to compare.
std::optional<Sha256> hash_of_content(std::string_view source, std::string_view content) {
  if (content.empty()) return std::nullopt;
  std::string hashed;
  hashed.reserve(source.size() + 1 + content.size());
  hashed.append(source).append(1, '\0').append(content);
  return sha256(hashed);
}

Unreadable quarantine(outbox::NewLead& lead, Unreadable why) {
  lead.disposition = Disposition::quarantined;
  lead.disposition_reason = why.code + ": " + why.message;
  return why;
}

// Fills in what the body says; returns why the lead is quarantined, if it is.
std::optional<Unreadable> fill_in(outbox::NewLead& lead, BodyReading reading) {
  if (auto* unreadable = std::get_if<Unreadable>(&reading)) return quarantine(lead, std::move(*unreadable));
  if (auto* violation = std::get_if<SchemaViolation>(&reading)) {
    lead.fields = std::move(violation->fields);
    return quarantine(lead, std::move(violation->why));
  }
  if (std::holds_alternative<EmptyBody>(reading)) {
    lead.disposition = Disposition::probe;
    lead.disposition_reason = "empty body: a connectivity test";
    return std::nullopt;
  }
  auto& readable = std::get<ReadableLead>(reading);
  lead.content_sha256 = hash_of_content(lead.source, readable.content);
  lead.fields = std::move(readable.fields);
  auto [disposition, reason] = judge(lead.fields);
  lead.disposition = disposition;
  lead.disposition_reason = std::move(reason);
  return std::nullopt;
}

// The same for everything that must not be told apart from outside.
http::Error not_found(Milliseconds delay) {
  return {.status = 404, .code = "not_found", .message = "There is nothing at this address.", .delay = delay};
}

http::Error unpacks_too_large(std::size_t limit_bytes) {
  return {.status = 413,
          .code = "too_large",
          .message =
              "Unpacked, the body is larger than the " + std::to_string(limit_bytes) + " bytes taken here."};
}

http::Error not_stored(std::chrono::seconds retry_after) {
  return {.status = 503,
          .code = "not_stored",
          .message = "The lead could not be stored; send it again later.",
          .headers = {{"Retry-After", std::to_string(retry_after.count())}}};
}

http::Error unreadable_answer(Unreadable why, std::string id) {
  return {.status = 422,
          .code = std::move(why.code),
          .message = std::move(why.message),
          .beside = {{"id", std::move(id)}}};
}

// Ids, hashes and our own words need no escaping, and a JSON library costs more than the rest of a request.
http::Response receipt(Disposition disposition, const std::string& id, const Sha256& payload_sha256,
                       const std::optional<Uuid>& duplicate_of) {
  http::Response response;
  response.status = 202;
  response.body = R"({"id":")" + id + R"(","status":")";
  if (disposition == Disposition::probe) {
    response.body += R"(probe"})";
    return response;
  }
  response.body += duplicate_of ? R"(duplicate","duplicate_of":")" + to_string(*duplicate_of) : "accepted";
  response.body += R"(","sha256":")" + to_hex(payload_sha256) + R"("})";
  return response;
}

// As the first request with the sender's key was answered.
http::Answer answer_again(const outbox::Repeated& first, std::string id) {
  if (first.disposition != Disposition::quarantined) {
    return receipt(first.disposition, id, first.payload_sha256, std::nullopt);
  }
  // As quarantine() wrote it.
  constexpr std::string_view kBetween = ": ";
  const std::string& reason = first.disposition_reason;
  const std::size_t code_size = std::min(reason.find(kBetween), reason.size());
  const std::size_t message_at = std::min(code_size + kBetween.size(), reason.size());
  return unreadable_answer({reason.substr(0, code_size), reason.substr(message_at)}, std::move(id));
}

void log_stored(const outbox::NewLead& lead, const std::string& id, bool is_duplicate,
                const std::optional<Unreadable>& unreadable) {
  const auto bytes = lead.receipt.payload.size();
  if (unreadable) {
    log_warn("lead_quarantined",
             {{"lead", id}, {"source", lead.source}, {"code", unreadable->code}, {"bytes", bytes}});
    return;
  }
  log_info("lead_accepted",
           {{"lead", id},
            {"source", lead.source},
            {"disposition", to_string(is_duplicate ? Disposition::duplicate : lead.disposition)},
            {"bytes", bytes}});
}

void log_repeated(const outbox::NewLead& lead, const outbox::Repeated& first) {
  const auto bytes = lead.receipt.payload.size();
  if (first.stored_as) {
    log_warn("lead_key_reused", {{"lead", to_string(first.id)},
                                 {"stored_as", to_string(*first.stored_as)},
                                 {"source", lead.source},
                                 {"bytes", bytes}});
    return;
  }
  log_info("lead_repeated", {{"lead", to_string(first.id)}, {"source", lead.source}, {"bytes", bytes}});
}

}  // namespace

Receiver::Receiver(ReceiverOptions options, outbox::Intake& intake, const Clock& clock)
    : options_(std::move(options)), intake_(intake), failed_keys_(clock) {}

void Receiver::add_routes(http::Router& router) {
  router.add("POST", "/leads/{source}", [this](const http::Request& request) { return receive(request); });
}

http::Answer Receiver::receive(const http::Request& request) {
  const auto options = options_.get();
  const std::string_view key = presented_key(request);
  const Source* const source = find_opened(options->sources, request.path_value("source"), key);
  if (source == nullptr) return not_found(failed_keys_.note(request.remote_address).delay);

  auto reading = read_body(request.body, request.headers, options->max_body_bytes, source->schema.get());
  if (std::holds_alternative<UnpacksTooLarge>(reading)) return unpacks_too_large(options->max_body_bytes);
  outbox::NewLead lead = kept_of(request, *source, key);
  auto unreadable = fill_in(lead, std::move(reading));
  lead.deliveries =
      new_deliveries(*source, options->routes, {lead.disposition, lead.disposition_reason, lead.fields});
  lead.dedupe_window = options->dedupe_window;

  const auto stored = intake_.accept(lead);
  if (const auto* why_not = std::get_if<outbox::NotStored>(&stored)) {
    refusals_.refused(*why_not);
    return not_stored(options->retry_after);
  }
  refusals_.stored();
  if (const auto* first = std::get_if<outbox::Repeated>(&stored)) {
    log_repeated(lead, *first);
    return answer_again(*first, to_string(first->id));
  }
  const auto& [lead_id, duplicate_of] = std::get<outbox::Accepted>(stored);
  std::string id = to_string(lead_id);
  log_stored(lead, id, duplicate_of.has_value(), unreadable);
  if (unreadable) return unreadable_answer(std::move(*unreadable), std::move(id));
  return receipt(lead.disposition, id, lead.receipt.payload_sha256, duplicate_of);
}

}  // namespace leadspool::receiver
