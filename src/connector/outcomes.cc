#include "connector/outcomes.h"

#include <algorithm>
#include <string>

#include "connector/cause.h"
#include "connector/retry_after.h"

namespace leadspool::connector {
namespace {

// In the cause as well, which is what a person is shown of a destination that has paused itself.
constexpr std::string_view kAuthorityAdvice =
    "; if it is one of your own authority, put that authority's PEM file where `ca_file` points to";

Outcome outcome_of(int status) {
  if (200 <= status && status <= 299) return Outcome::delivered;
  if (status == 408 || status == 429 || (500 <= status && status <= 599)) return Outcome::unavailable;
  constexpr int kEveryLeadsTrouble[] = {401, 402, 403, 404, 405, 407, 410};
  if (std::ranges::find(kEveryLeadsTrouble, status) != std::end(kEveryLeadsTrouble)) {
    return Outcome::misconfigured;
  }
  if (400 <= status && status <= 499) return Outcome::rejected;
  return Outcome::misconfigured;
}

// The server may have begun with the lead, and broken on it; a gateway says 502 and 504 of such a one.
bool may_have_begun(int status) { return status == 500 || status == 502 || status == 504; }

// What a server looks for only in a record of one whom it knows.
bool shows_access(int status) { return status == 409 || status == 422; }

Outcome outcome_of_phase(const http::ClientFailure& failure) {
  if (failure.phase == http::FailurePhase::bad_url || failure.phase == http::FailurePhase::certificate) {
    return Outcome::misconfigured;
  }
  return failure.may_have_been_received() ? Outcome::ambiguous : Outcome::unavailable;
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

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

}  // namespace

AttemptOutcome outcome_of(const http::ClientFailure& failure) {
  AttemptOutcome result;
  result.outcome = outcome_of_phase(failure);
  result.counts_against_budget = result.outcome == Outcome::ambiguous;
  result.timed_out = failure.timed_out;
  result.cause = cause_of(failure);
  result.detail = failure.detail.empty() ? result.cause : failure.detail;
  if (failure.phase == http::FailurePhase::certificate) {
    result.cause += kAuthorityAdvice;
    result.detail += kAuthorityAdvice;
  }
  return result;
}

AttemptOutcome outcome_of(const http::ClientAnswer& answer, const CrmAnswer& read, const LeadFields& lead,
                          Time now) {
  AttemptOutcome result;
  // HTTP knows no other statuses, and neither does the outbox.
  const bool is_of_http = 100 <= answer.status && answer.status <= 599;
  result.http_status = is_of_http ? answer.status : 0;
  result.detail = "the CRM answered " + std::to_string(answer.status);
  if (!answer.incomplete_because.empty()) result.detail += ", but " + answer.incomplete_because;
  result.answer_excerpt = excerpt(answer.body);
  result.outcome = outcome_of(answer.status);
  if (result.outcome == Outcome::delivered) {
    result.remote_id = read.remote_id;
    return result;
  }
  result.counts_against_budget = may_have_begun(answer.status);
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

void turn_into(Outcome outcome, AttemptOutcome& changed) {
  changed.outcome = outcome;
  changed.counts_against_budget = outcome == Outcome::ambiguous;
  changed.may_be_the_leads_own = false;
  changed.concerns_every_lead = false;
  changed.shows_access = outcome == Outcome::rejected;
  if (outcome != Outcome::ambiguous && outcome != Outcome::unavailable) changed.timed_out = false;
  if (outcome != Outcome::unavailable) changed.retry_after.reset();
  if (outcome == Outcome::delivered) {
    changed.cause.clear();
  } else {
    changed.remote_id.clear();
    if (changed.cause.empty()) changed.cause = http_cause(changed.http_status, {}, {});
  }
}

void forbid_repeating(AttemptOutcome& outcome) {
  const bool may_hide_a_record =
      outcome.outcome == Outcome::unavailable && may_have_begun(outcome.http_status);
  if (may_hide_a_record) turn_into(Outcome::ambiguous, outcome);
  if (outcome.outcome == Outcome::ambiguous) outcome.safe_to_repeat = false;
}

void wait_for_its_end(Milliseconds longest, AttemptOutcome& outcome) {
  constexpr int kGatewayTimeout = 504;
  const bool goes_on = (outcome.outcome == Outcome::ambiguous && outcome.timed_out) ||
                       (outcome.outcome == Outcome::unavailable && outcome.http_status == kGatewayTimeout);
  if (goes_on) outcome.retry_after = std::max(outcome.retry_after.value_or(longest), longest);
}

AttemptOutcome missing_column(const Rendered& rendered) {
  AttemptOutcome result;
  result.outcome = Outcome::rejected;
  result.was_not_sent = true;
  const std::string names = joined(rendered.missing);
  const bool is_one = rendered.missing.size() == 1;
  result.cause =
      (is_one ? "no value for the required column " : "no values for the required columns ") + names;
  result.detail = "not sent: " + result.cause;
  return result;
}

void add_cuts(const std::vector<Cut>& cuts, AttemptOutcome& outcome) {
  for (const Cut& cut : cuts) {
    if (!outcome.detail.empty()) outcome.detail += "; ";
    outcome.detail += cut.target + " was cut from " + std::to_string(cut.from) + " to " +
                      std::to_string(cut.to) + " characters";
  }
}

}  // namespace leadspool::connector
