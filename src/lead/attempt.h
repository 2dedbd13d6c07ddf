// An attempt: one try of a delivery, and what it showed. History is append-only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace leadspool {

// What a try showed, and thereby whose fault a failure is.
enum class Outcome {
  delivered,      // created, or already there under our key
  rejected,       // the CRM refuses this lead
  unavailable,    // network, time-out, throttling, 5xx
  misconfigured,  // credentials, permission, address: every lead would fail like this
  ambiguous,      // the request went out, no answer came
  interrupted,    // the process died holding the claim; only ever recorded, never reported by a connector
};

inline constexpr Outcome kOutcomes[] = {Outcome::delivered,     Outcome::rejected,  Outcome::unavailable,
                                        Outcome::misconfigured, Outcome::ambiguous, Outcome::interrupted};

[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text);

// What a connector reports of one try.
struct AttemptOutcome {
  Outcome outcome = Outcome::unavailable;
  // Whether the failure may be this lead's own doing (500, 502, 504, a time-out after the request was sent).
  // What is surely the destination's (DNS, connect, TLS, 429, 503, quota) never counts against the budget,
  // and of a `misconfigured` no connector knows: the lane sets it where other leads pass.
  bool counts_against_budget = false;
  // With `misconfigured`: CRMs give this answer also for a single record (403). What they say of credentials,
  // of the address or of a certificate is never about one lead.
  bool may_be_the_leads_own = false;
  // With `misconfigured`: it was found out without regard to the lead (a token was refused, a column does not
  // exist), so it needs no other lead to confirm it, and no lead ever pays for it.
  bool concerns_every_lead = false;
  // With `rejected`: only who was let in is told this, so our credentials are good. What a gateway may say
  // before it looks at them (400, 413) shows nothing. `delivered` always shows it.
  bool shows_access = false;
  // With `rejected`: nothing was sent, as a value that the CRM requires is missing. So it tells nothing of
  // the destination.
  bool was_not_sent = false;
  // An ambiguous try may be repeated because the CRM knows our key.
  bool safe_to_repeat = true;
  // Nothing came until our patience ended. With `ambiguous` it tells a destination that hangs from a
  // connection that broke, which is no sign that the next one will.
  bool timed_out = false;
  // 0: no answer came, or one whose status is none of HTTP's; then `detail` has no words of the CRM's.
  int http_status = 0;
  std::string detail;     // one sentence for a person: what happened, in the CRM's words where it has any
  std::string cause;      // groups like failures; empty for `delivered`
  std::string remote_id;  // the CRM's record id, when it told
  // The CRM's wish, or what it needs by what the connector knows of it.
  std::optional<Milliseconds> retry_after;
  std::string answer_excerpt;  // the start of the answer's body
};

// One row of a delivery's history.
struct Attempt {
  int number = 0;  // from 1, without gaps
  Time started_at;
  Milliseconds duration{0};
  Outcome outcome = Outcome::unavailable;
  bool counted = false;  // against the budget
  int http_status = 0;
  std::string detail;
  std::string answer_excerpt;
};

}  // namespace leadspool
