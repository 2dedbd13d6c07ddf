#include "connector/crm_error.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "connector/cause.h"
#include "connector/outcomes.h"
#include "connector/retry_after.h"

namespace leadspool::connector {
namespace {

// Of a destination that has paused itself a person is shown the cause, so it has the advice as well.
void advise(std::string_view advice, AttemptOutcome& outcome) {
  if (advice.empty()) return;
  if (outcome.outcome == Outcome::misconfigured) outcome.cause.append("; ").append(advice);
  if (outcome.detail.ends_with('.')) outcome.detail.pop_back();
  outcome.detail.append("; ").append(advice);
}

}  // namespace

bool is_told_by(const CrmError& error, std::string_view words) {
  const bool is_of_words = error.code.find(' ') != std::string_view::npos;
  return is_of_words && to_lower(words).find(error.code) != std::string::npos;
}

const CrmError* find_error(std::span<const CrmError> table, const std::vector<std::string>& codes,
                           std::string_view words) {
  const auto row = std::ranges::find_if(table, [&](const CrmError& error) {
    return std::ranges::find(codes, error.code) != codes.end() || is_told_by(error, words);
  });
  return row != table.end() ? &*row : nullptr;
}

void apply(const CrmError& error, const http::ClientAnswer& answer, Time now, AttemptOutcome& outcome) {
  turn_into(error.outcome, outcome);
  outcome.concerns_every_lead = error.concerns_every_lead;
  outcome.may_be_the_leads_own = error.outcome == Outcome::misconfigured && !error.concerns_every_lead;
  outcome.counts_against_budget = error.counts_against_budget;
  if (error.outcome == Outcome::unavailable) {
    outcome.retry_after = parse_retry_after(http::find_header(answer.headers, "Retry-After"), now);
    if (!outcome.retry_after && error.retry_after.count() > 0) outcome.retry_after = error.retry_after;
  }
  advise(error.advice, outcome);
}

CrmAnswer tidied(const std::string& words, const std::string& field) {
  const nlohmann::json answer = {{"message", words}, {"field", field}};
  return read_crm_answer(answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

AttemptOutcome error_within(const http::ClientAnswer& answer, const CrmAnswer& read, const LeadFields& lead,
                            Time now) {
  AttemptOutcome outcome = outcome_of(answer, CrmAnswer{}, lead, now);
  turn_into(Outcome::rejected, outcome);
  if (!read.words.empty()) outcome.detail += ": " + read.words;
  outcome.cause = http_cause(answer.status, read.words, read.field, lead);
  return outcome;
}

void suspect_gateway(AttemptOutcome& outcome) {
  if (outcome.outcome != Outcome::rejected) return;
  turn_into(Outcome::misconfigured, outcome);
  outcome.may_be_the_leads_own = true;
  advise("these are not the CRM's words: look what stands between us and `url`", outcome);
}

AttemptOutcome not_understood(const http::ClientAnswer& answer, std::string_view expected, Time now) {
  AttemptOutcome outcome = outcome_of(answer, CrmAnswer{}, LeadFields{}, now);
  if (!answer.complete) {
    turn_into(Outcome::ambiguous, outcome);
    outcome.cause = "the answer was cut off";
    return outcome;
  }
  turn_into(Outcome::misconfigured, outcome);
  outcome.cause.assign("the answer is not ").append(expected);
  outcome.detail += ", but " + outcome.cause + "; look whether `url` is the address of the CRM itself";
  return outcome;
}

}  // namespace leadspool::connector
