// The state machine of a delivery: every legal change has a name, and only named changes exist.
//
//   accept    -         -> pending | held              with the lead, in one transaction
//   claim     pending   -> claimed                     due; a new claim id and a lease
//   deliver   claimed   -> delivered                   outcome `delivered`
//   retry     claimed   -> pending                     the destination's trouble, or budget left
//   bury      claimed   -> dead                        the lead's fault, or budget spent, or unsafe to repeat
//   unclaim   claimed   -> pending                     shutdown: not an attempt
//   expire    claimed   -> pending | dead              the process died holding it; dead after 3 crashes
//   release   held      -> pending                     a person
//   redrive   dead      -> pending                     a person; a fresh budget, the history stays
//   discard   pending, held, dead -> discarded         a person
//
// The same table stands in the schema (migrations/0001) as CHECKs and triggers, and in the SQL of the outbox;
// a test walks every pair through all three.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "lead/attempt.h"
#include "lead/delivery.h"

namespace leadspool {

enum class TransitionName { accept, claim, deliver, retry, bury, unclaim, expire, release, redrive, discard };

inline constexpr TransitionName kTransitionNames[] = {
    TransitionName::accept,  TransitionName::claim,   TransitionName::deliver, TransitionName::retry,
    TransitionName::bury,    TransitionName::unclaim, TransitionName::expire,  TransitionName::release,
    TransitionName::redrive, TransitionName::discard};

[[nodiscard]] std::string_view to_string(TransitionName name);

// Whether the table above lets `name` lead from `from` to `to`. accept has no `from` and is never legal here.
[[nodiscard]] bool is_legal(State from, TransitionName name, State to);

struct Transition {
  TransitionName name;
  State to;
  std::optional<Time> due_at;  // set exactly when `to` is pending
  std::string cause;           // set exactly when `to` is dead
  bool counted = false;        // the try counts against the budget
};

// How a destination's deliveries are retried.
struct RetryPolicy {
  // The wait after the 1st, 2nd... failure since the last fresh budget; the last one goes on for ever.
  std::vector<Milliseconds> schedule{
      Milliseconds{5'000},     Milliseconds{30'000},    Milliseconds{300'000},    Milliseconds{1'800'000},
      Milliseconds{3'600'000}, Milliseconds{7'200'000}, Milliseconds{18'000'000}, Milliseconds{36'000'000}};
  // A wait is spread evenly over 1 - jitter .. 1 + jitter of itself, so a backlog does not return at once.
  double jitter = 0.2;
  // Tries that may be the lead's own doing before it is buried.
  int max_attempts = 24;
  // Longest wait that a CRM's Retry-After can ask for.
  Milliseconds longest_retry_after{36'000'000};
};

// Wait before the next try, after `failures` (at least 1) of them. `spread` in [0, 1) is the dice.
[[nodiscard]] Milliseconds backoff(const RetryPolicy& policy, int failures, double spread);

// What a finished try of a claimed delivery leads to.
[[nodiscard]] Transition decide(const Delivery& delivery, const AttemptOutcome& outcome,
                                const RetryPolicy& policy, Time now, double spread);

// What a claim whose process died leads to. `crashes` counts this one and those of the 72 hours before:
// a lead that keeps killing the process is put aside.
inline constexpr int kCrashesUntilDead = 3;
inline constexpr std::chrono::hours kCrashWindow{72};
[[nodiscard]] Transition decide_expired(int crashes, Time now);

}  // namespace leadspool
