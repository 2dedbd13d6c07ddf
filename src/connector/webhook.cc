#include "connector/webhook.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "connector/cause.h"
#include "connector/crm_answer.h"
#include "connector/retry_after.h"
#include "connector/webhook_signature.h"

namespace leadspool::connector {
namespace {

bool is_success(int status, const std::vector<StatusRange>& success) {
  return std::any_of(success.begin(), success.end(),
                     [&](const StatusRange& range) { return range.first <= status && status <= range.last; });
}

Outcome outcome_of(int status) {
  if (status == 408 || status == 429 || (500 <= status && status <= 599)) return Outcome::unavailable;
  constexpr int kEveryLeadsTrouble[] = {401, 402, 403, 404, 405, 407, 410};
  if (std::ranges::find(kEveryLeadsTrouble, status) != std::end(kEveryLeadsTrouble)) {
    return Outcome::misconfigured;
  }
  if (400 <= status && status <= 499) return Outcome::rejected;
  return Outcome::misconfigured;
}

// What the lead itself may have brought about; a gateway says 502 and 504 for a server that broke on it.
bool may_be_the_leads_doing(int status) { return status == 500 || status == 502 || status == 504; }

// What a server looks for only in a record of one whom it knows.
bool shows_access(int status) { return status == 409 || status == 422; }

AttemptOutcome classify_answer(const http::ClientAnswer& answer, const WebhookOptions& options,
                               const LeadFields& lead, Time now) {
  const CrmAnswer read = read_crm_answer(answer.body);
  AttemptOutcome result;
  // HTTP knows no other statuses, and neither does the outbox.
  const bool is_of_http = 100 <= answer.status && answer.status <= 599;
  result.http_status = is_of_http ? answer.status : 0;
  result.detail = "the CRM answered " + std::to_string(answer.status);
  if (!answer.incomplete_because.empty()) result.detail += ", but " + answer.incomplete_because;
  result.answer_excerpt = excerpt(answer.body);
  if (is_success(answer.status, options.success)) {
    result.outcome = Outcome::delivered;
    result.remote_id = read.remote_id;
    return result;
  }
  result.outcome = outcome_of(answer.status);
  result.counts_against_budget = may_be_the_leads_doing(answer.status);
  result.may_be_the_leads_own = answer.status == 403;
  result.shows_access = shows_access(answer.status);
  if (is_of_http && !read.words.empty()) result.detail += ": " + read.words;
  const bool names_field = result.outcome == Outcome::rejected;
  result.cause = http_cause(answer.status, read.words, names_field ? read.field : std::string_view{}, lead);
  if (result.outcome == Outcome::unavailable) {
    result.retry_after = parse_retry_after(http::find_header(answer.headers, "Retry-After"), now);
  }
  return result;
}

std::string cause_of(const http::ClientFailure& failure) {
  switch (failure.phase) {
    case http::FailurePhase::bad_url:
      return "the address is not one that leads may be sent to";
    case http::FailurePhase::dns:
      return failure.timed_out ? "resolving the host name took too long"
                               : "the host name could not be resolved";
    case http::FailurePhase::connect:
      return failure.timed_out ? "connecting took too long" : "could not connect";
    case http::FailurePhase::certificate:
      return "the certificate was refused";
    case http::FailurePhase::tls:
      return failure.timed_out ? "the TLS handshake took too long" : "the TLS handshake failed";
    case http::FailurePhase::send:
      return failure.timed_out ? "sending took too long" : "the connection broke while sending";
    case http::FailurePhase::wait:
      return failure.timed_out ? "no answer in time" : "the connection broke before an answer came";
  }
  return "the request failed";
}

Outcome outcome_of(const http::ClientFailure& failure) {
  if (failure.phase == http::FailurePhase::bad_url || failure.phase == http::FailurePhase::certificate) {
    return Outcome::misconfigured;
  }
  return failure.may_have_been_received() ? Outcome::ambiguous : Outcome::unavailable;
}

AttemptOutcome classify_failure(const http::ClientFailure& failure) {
  AttemptOutcome result;
  result.outcome = outcome_of(failure);
  result.counts_against_budget = result.outcome == Outcome::ambiguous;
  result.timed_out = failure.timed_out;
  result.cause = cause_of(failure);
  result.detail = failure.detail.empty() ? result.cause : failure.detail;
  return result;
}

}  // namespace

AttemptOutcome classify_webhook(const http::ClientResult& result, const WebhookOptions& options,
                                const LeadFields& lead, Time now) {
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result)) {
    return classify_answer(*answer, options, lead, now);
  }
  return classify_failure(std::get<http::ClientFailure>(result));
}

Webhook::Webhook(WebhookOptions options, const Clock& clock) : options_(std::move(options)), clock_(clock) {
  auto key = signing_key(options_.signing_secret);
  if (!key) throw std::invalid_argument("what follows \"whsec_\" in the signing secret is not base64");
  signing_key_ = std::move(*key);
}

http::ClientRequest Webhook::make_request(const Lead& lead) const {
  const std::string id = to_string(lead.id);
  const auto unix_seconds = to_unix_ms(clock_.now()) / 1000;
  http::ClientRequest request;
  request.method = options_.method;
  request.url = options_.url;
  request.body = options_.mapping.render(lead);
  request.connect_timeout = options_.connect_timeout;
  request.total_timeout = options_.total_timeout;
  request.max_answer_bytes = kLongestExcerpt;
  request.ca_file = options_.ca_file;
  request.headers = {
      {"webhook-id", id}, {"Idempotency-Key", id}, {"webhook-timestamp", std::to_string(unix_seconds)}};
  if (!signing_key_.empty()) {
    request.headers.push_back(
        {"webhook-signature", webhook_signature(signing_key_, id, unix_seconds, request.body)});
  }
  const std::vector<http::Header> ours = request.headers;
  for (const http::Header& header : options_.headers) {
    if (http::find_header(ours, header.name).empty()) request.headers.push_back(header);
  }
  if (http::find_header(request.headers, "Content-Type").empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  return request;
}

Task<AttemptOutcome> Webhook::attempt(const Lead& lead, http::Client& client) {
  // Named, because g++ 12 destroys a temporary inside co_await twice.
  auto answer = client.send(make_request(lead));
  const http::ClientResult result = co_await answer;
  co_return classify_webhook(result, options_, lead.fields, clock_.now());
}

}  // namespace leadspool::connector
