#include "lead/transition.h"

#include <algorithm>

#include "base/check.h"

namespace leadspool {
namespace {

Transition retry(Time due_at, bool counted) {
  return {TransitionName::retry, State::pending, due_at, {}, counted};
}

Transition bury(std::string cause, bool counted) {
  return {TransitionName::bury, State::dead, std::nullopt, std::move(cause), counted};
}

}  // namespace

std::string_view to_string(TransitionName name) {
  switch (name) {
    case TransitionName::accept:
      return "accept";
    case TransitionName::claim:
      return "claim";
    case TransitionName::deliver:
      return "deliver";
    case TransitionName::retry:
      return "retry";
    case TransitionName::bury:
      return "bury";
    case TransitionName::unclaim:
      return "unclaim";
    case TransitionName::expire:
      return "expire";
    case TransitionName::release:
      return "release";
    case TransitionName::redrive:
      return "redrive";
    case TransitionName::discard:
      return "discard";
  }
  return "";
}

bool is_legal(State from, TransitionName name, State to) {
  switch (name) {
    case TransitionName::accept:
      return false;
    case TransitionName::claim:
      return from == State::pending && to == State::claimed;
    case TransitionName::deliver:
      return from == State::claimed && to == State::delivered;
    case TransitionName::retry:
    case TransitionName::unclaim:
      return from == State::claimed && to == State::pending;
    case TransitionName::bury:
      return from == State::claimed && to == State::dead;
    case TransitionName::expire:
      return from == State::claimed && (to == State::pending || to == State::dead);
    case TransitionName::release:
      return from == State::held && to == State::pending;
    case TransitionName::redrive:
      return from == State::dead && to == State::pending;
    case TransitionName::discard:
      return (from == State::pending || from == State::held || from == State::dead) && to == State::discarded;
  }
  return false;
}

Milliseconds backoff(const RetryPolicy& policy, int failures, double spread) {
  CHECK(!policy.schedule.empty() && failures >= 1);
  const auto step = std::min(static_cast<std::size_t>(failures) - 1, policy.schedule.size() - 1);
  const double factor = 1.0 - policy.jitter + 2.0 * policy.jitter * spread;
  return Milliseconds{static_cast<std::int64_t>(static_cast<double>(policy.schedule[step].count()) * factor)};
}

Transition decide(const Delivery& delivery, const AttemptOutcome& outcome, const RetryPolicy& policy,
                  Time now, double spread) {
  CHECK(delivery.state == State::claimed);
  const auto wait = [&] {
    const auto asked = std::min(outcome.retry_after.value_or(Milliseconds{0}), policy.longest_retry_after);
    return std::max(backoff(policy, delivery.tries + 1, spread), asked);
  };

  switch (outcome.outcome) {
    case Outcome::delivered:
      return {TransitionName::deliver, State::delivered, std::nullopt, {}, false};
    case Outcome::rejected:
      return bury(outcome.cause, true);
    case Outcome::ambiguous:
      if (!outcome.safe_to_repeat) return bury(outcome.cause, true);
      [[fallthrough]];
    case Outcome::unavailable:
    case Outcome::misconfigured: {
      // What is not counted waits until the destination is mended, however long that takes.
      const bool counted = outcome.counts_against_budget;
      if (counted && delivery.budget_spent + 1 >= policy.max_attempts) return bury(outcome.cause, true);
      return retry(now + wait(), counted);
    }
    case Outcome::interrupted:
      break;  // decide_expired() speaks for those
  }
  CHECK(false && "a connector never reports an interrupted attempt");
  return bury(outcome.cause, true);
}

Transition decide_expired(int crashes, Time now) {
  if (crashes >= kCrashesUntilDead)
    return {TransitionName::expire, State::dead, std::nullopt, "poison", true};
  return {TransitionName::expire, State::pending, now, {}, false};
}

}  // namespace leadspool
