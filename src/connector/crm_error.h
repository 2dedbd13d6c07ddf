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

// A row of such a table. A status may stand for a code.
struct CrmError {
  std::string_view code;
  Outcome outcome = Outcome::rejected;
  bool concerns_every_lead = false;    // see AttemptOutcome; with `misconfigured`
  bool counts_against_budget = false;  // see AttemptOutcome; with `unavailable`
  std::chrono::seconds retry_after{
      0};                         // with `unavailable`, unless the CRM tells it; 0: as the schedule has it
  std::string_view setting = {};  // the configuration's key that it comes from
  std::string_view advice = {};   // what to change, with the key in backticks and the place in the CRM
};

// The first row that has one of `codes`: the heaviest errors stand first. nullptr: the table knows none.
[[nodiscard]] const CrmError* find_error(std::span<const CrmError> table,
                                         const std::vector<std::string>& codes);

// Makes `outcome` what the row says, with its advice at the end of the detail.
void apply(const CrmError& error, AttemptOutcome& outcome);

// `words` and `field` as they may stand in a detail: on one line, and not too long.
[[nodiscard]] CrmAnswer tidied(const std::string& words, const std::string& field);

// Of an answer whose status says that all is well, while its body tells an error: `rejected`, until a row
// says better.
[[nodiscard]] AttemptOutcome error_within(const http::ClientAnswer& answer, const CrmAnswer& read,
                                          const LeadFields& lead, Time now);

// Of an answer of success that is not what this CRM answers: `misconfigured`, as if `url` led elsewhere. One
// that was cut off is `ambiguous`: the CRM has taken the lead, or it has not.
[[nodiscard]] AttemptOutcome not_understood(const http::ClientAnswer& answer, std::string_view expected,
                                            Time now);

}  // namespace leadspool::connector
