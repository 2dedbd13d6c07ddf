#include "connector/crm_error.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "connector/cause.h"
#include "connector/outcomes.h"

namespace leadspool::connector {

const CrmError* find_error(std::span<const CrmError> table, const std::vector<std::string>& codes) {
  const auto row = std::ranges::find_if(
      table, [&](const CrmError& error) { return std::ranges::find(codes, error.code) != codes.end(); });
  return row != table.end() ? &*row : nullptr;
}

void apply(const CrmError& error, AttemptOutcome& outcome) {
  const auto told = outcome.retry_after;
  turn_into(error.outcome, outcome);
  outcome.concerns_every_lead = error.concerns_every_lead;
  outcome.counts_against_budget = error.counts_against_budget;
  if (error.outcome == Outcome::unavailable) {
    outcome.retry_after = told;
    if (!told && error.retry_after.count() > 0) outcome.retry_after = error.retry_after;
  }
  if (error.advice.empty()) return;
  // Of a destination that has paused itself a person is shown the cause.
  if (error.outcome == Outcome::misconfigured) outcome.cause.append("; ").append(error.advice);
  if (outcome.detail.ends_with('.')) outcome.detail.pop_back();
  outcome.detail.append("; ").append(error.advice);
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
