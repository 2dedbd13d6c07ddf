// What the codes of a CRM's errors mean: every connector has a table of them, looked at before the status.
//
// Thread-safety: pure.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "connector/crm_answer.h"
#include "http/client.h"
#include "lead/attempt.h"
#include "lead/lead.h"

namespace leadspool::connector {

// A row of such a table. `code` is that of an error, a status, or words of a message: in small letters, with
// a blank among them.
struct CrmError {
  std::string_view code;
  Outcome outcome = Outcome::rejected;
  // See AttemptOutcome; with `misconfigured`, which may otherwise be of one lead.
  bool concerns_every_lead = false;
  bool counts_against_budget = false;  // see AttemptOutcome; with `unavailable`
  // With `unavailable`, unless the CRM tells it; 0: as the schedule has it.
  std::chrono::seconds retry_after{0};
  std::string_view advice = {};  // what to change, with the key in backticks and the place in the CRM
};

// Rows as most are. Of every lead:
[[nodiscard]] constexpr CrmError misconfigured(std::string_view code, std::string_view advice) {
  return {.code = code, .outcome = Outcome::misconfigured, .concerns_every_lead = true, .advice = advice};
}

// What is wrong may as well lie in what one lead brings into a template, or in one record.
[[nodiscard]] constexpr CrmError perhaps_misconfigured(std::string_view code, std::string_view advice) {
  return {.code = code, .outcome = Outcome::misconfigured, .advice = advice};
}

[[nodiscard]] constexpr CrmError rejected(std::string_view code, std::string_view advice = {}) {
  return {.code = code, .outcome = Outcome::rejected, .advice = advice};
}

[[nodiscard]] constexpr CrmError unavailable(std::string_view code, std::chrono::seconds retry_after = {},
                                             std::string_view advice = {}) {
  return {.code = code, .outcome = Outcome::unavailable, .retry_after = retry_after, .advice = advice};
}

// It may be the lead's doing.
[[nodiscard]] constexpr CrmError unavailable_and_counted(std::string_view code) {
  return {.code = code, .outcome = Outcome::unavailable, .counts_against_budget = true};
}

// Whether `words`, in any case, hold those of the row; false for one of a code or status.
[[nodiscard]] bool is_told_by(const CrmError& error, std::string_view words);

// The first row that has one of `codes` or is told by `words`: the heaviest errors stand first. nullptr: the
// table knows none.
[[nodiscard]] const CrmError* find_error(std::span<const CrmError> table,
                                         const std::vector<std::string>& codes, std::string_view words = {});

// Makes `outcome`, which is of `answer`, what the row says, with its advice at the end of the detail.
void apply(const CrmError& error, const http::ClientAnswer& answer, Time now, AttemptOutcome& outcome);

// `words` and `field` as they may stand in a detail: on one line, and not too long.
[[nodiscard]] CrmAnswer tidied(const std::string& words, const std::string& field);

// Of an answer whose status says that all is well, while its body tells an error: `rejected`, until a row
// says better.
[[nodiscard]] AttemptOutcome error_within(const http::ClientAnswer& answer, const CrmAnswer& read,
                                          const LeadFields& lead, Time now);

// Of a refusal without the CRM's own words, which comes from something before it: `misconfigured` instead of
// `rejected`, but perhaps of one lead alone. Other outcomes stay.
void suspect_gateway(AttemptOutcome& outcome);

// Of an answer of success that is not what this CRM answers: `misconfigured`, as if `url` led elsewhere. One
// that was cut off is `ambiguous`: the CRM has taken the lead, or it has not.
[[nodiscard]] AttemptOutcome not_understood(const http::ClientAnswer& answer, std::string_view expected,
                                            Time now);

}  // namespace leadspool::connector
