// What an answer, or the lack of one, means as long as nobody knows the CRM: where every classify() begins.
//
//   2xx                                   delivered
//   408 429 5xx, network                  unavailable; 500 502 504 count against the lead's budget
//   401 402 403 404 405 407 410           misconfigured, as are 3xx and a refused certificate: every lead
//                                         would get the same answer, but for a 403, which may be of one
//   any other 4xx                         rejected; only 409 and 422 show that we were let in
//   any other status                      misconfigured: nobody knows what it means
//   sent, but no answer                   ambiguous, and safe to repeat
//
// Thread-safety: pure.
#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"
#include "connector/crm_answer.h"
#include "connector/mapping.h"
#include "http/client.h"
#include "lead/attempt.h"
#include "lead/lead.h"

namespace leadspool::connector {

// Of a request that got no answer.
[[nodiscard]] AttemptOutcome outcome_of(const http::ClientFailure& failure);

// By the status alone; words, field and record id as `read` has them. The values of `lead` are kept out of
// the cause; `now` is for a Retry-After that is a date.
[[nodiscard]] AttemptOutcome outcome_of(const http::ClientAnswer& answer, const CrmAnswer& read,
                                        const LeadFields& lead, Time now);

// The same outcome changed into another, which a CRM's own code has shown to be right:
// `counts_against_budget`, `may_be_the_leads_own`, `shows_access` and `concerns_every_lead` become false, but
// for `rejected` shows_access (a CRM that names its reason has let us in) and for `ambiguous`
// counts_against_budget; what belongs to other outcomes is cleared.
void turn_into(Outcome outcome, AttemptOutcome& changed);

// Of a lead by which the CRM would not know itself a second time: what may have made a record without telling
// (no answer, a cut one, 500, 502, 504) becomes `ambiguous` and is not to be repeated.
void forbid_repeating(AttemptOutcome& outcome);

// The CRM may be at work still on what was not answered in time (also a gateway's 504): the next try waits
// until it has ended, which takes `longest`, so that it finds the record and makes no other.
void wait_for_its_end(Milliseconds longest, AttemptOutcome& outcome);

// Not sent, since a required column has no value: `rejected`, naming it. `rendered` has missing ones.
[[nodiscard]] AttemptOutcome missing_column(const Rendered& rendered);

// "jobtitle was cut from 240 to 100 characters", at the end of the detail; nothing without cuts.
void add_cuts(const std::vector<Cut>& cuts, AttemptOutcome& outcome);

}  // namespace leadspool::connector
