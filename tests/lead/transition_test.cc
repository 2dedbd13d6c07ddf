#include "lead/transition.h"

#include "lead/lead.h"
#include "support/catch.h"

namespace leadspool {
namespace {

constexpr Time kNow = from_unix_ms(1'767'225'600'000);
const Delivery kClaimed{State::claimed, 0, 0, 0};

Transition decide_now(const Delivery& delivery, const AttemptOutcome& outcome, double spread = 0.5) {
  return decide(delivery, outcome, RetryPolicy{}, kNow, spread);
}

AttemptOutcome failed(Outcome outcome, bool counts) {
  return {.outcome = outcome, .counts_against_budget = counts, .cause = "some cause"};
}

}  // namespace

TEST_CASE("a delivered lead is done") {
  const auto transition = decide_now(kClaimed, {.outcome = Outcome::delivered, .remote_id = "42"});
  REQUIRE(transition.name == TransitionName::deliver);
  REQUIRE(transition.to == State::delivered);
  REQUIRE_FALSE(transition.due_at);
  REQUIRE(transition.cause.empty());
}

TEST_CASE("a rejected lead is dead at once, with its cause") {
  const auto transition = decide_now(kClaimed, failed(Outcome::rejected, false));
  REQUIRE(transition.name == TransitionName::bury);
  REQUIRE(transition.to == State::dead);
  REQUIRE(transition.cause == "some cause");
}

TEST_CASE("what is the destination's trouble is retried for ever and costs no budget") {
  for (const auto outcome : {Outcome::unavailable, Outcome::misconfigured}) {
    const auto transition = decide_now({State::claimed, 5'000, 5'000, 23}, failed(outcome, false));
    REQUIRE(transition.name == TransitionName::retry);
    REQUIRE(transition.to == State::pending);
    REQUIRE_FALSE(transition.counted);
    REQUIRE(transition.due_at == kNow + std::chrono::hours{10});
  }
}

TEST_CASE("what counts against the budget is retried until that is spent") {
  for (const auto outcome : {Outcome::unavailable, Outcome::misconfigured}) {
    const auto last_but_one = decide_now({State::claimed, 22, 22, 22}, failed(outcome, true));
    REQUIRE(last_but_one.name == TransitionName::retry);
    REQUIRE(last_but_one.counted);
    const auto last = decide_now({State::claimed, 23, 23, 23}, failed(outcome, true));
    REQUIRE(last.name == TransitionName::bury);
    REQUIRE(last.counted);
    REQUIRE(last.cause == "some cause");
  }
}

TEST_CASE("an unknown outcome is retried only where the CRM knows our key") {
  auto outcome = failed(Outcome::ambiguous, true);
  REQUIRE(decide_now(kClaimed, outcome).name == TransitionName::retry);
  outcome.safe_to_repeat = false;
  REQUIRE(decide_now(kClaimed, outcome).name == TransitionName::bury);
}

TEST_CASE("the wait follows the schedule and stays at its last step") {
  const RetryPolicy policy;
  const std::vector<int> seconds{5, 30, 300, 1'800, 3'600, 7'200, 18'000, 36'000, 36'000, 36'000};
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    REQUIRE(backoff(policy, static_cast<int>(i) + 1, 0.5) == std::chrono::seconds{seconds[i]});
  }
}

TEST_CASE("jitter spreads a wait by a fifth to either side") {
  const RetryPolicy policy;
  REQUIRE(backoff(policy, 2, 0.0) == std::chrono::seconds{24});
  REQUIRE(backoff(policy, 2, 0.999'999) > Milliseconds{35'990});
  REQUIRE(backoff(policy, 2, 0.999'999) < std::chrono::seconds{36});
}

TEST_CASE("a Retry-After lengthens the wait, never shortens it, up to ten hours") {
  auto outcome = failed(Outcome::unavailable, false);
  outcome.retry_after = std::chrono::seconds{1};
  REQUIRE(decide_now(kClaimed, outcome).due_at == kNow + std::chrono::seconds{5});
  outcome.retry_after = std::chrono::minutes{7};
  REQUIRE(decide_now(kClaimed, outcome).due_at == kNow + std::chrono::minutes{7});
  outcome.retry_after = std::chrono::hours{100};
  REQUIRE(decide_now(kClaimed, outcome).due_at == kNow + std::chrono::hours{10});
}

TEST_CASE("a crash costs nothing until the third within the window") {
  REQUIRE(decide_expired(1, kNow).to == State::pending);
  REQUIRE(decide_expired(2, kNow).to == State::pending);
  REQUIRE(decide_expired(2, kNow).due_at == kNow);
  REQUIRE(decide_expired(3, kNow).to == State::dead);
  REQUIRE(decide_expired(3, kNow).cause == "poison");
}

TEST_CASE("every decision is a legal transition, with a due time for pending and a cause for dead") {
  for (const auto outcome : {Outcome::delivered, Outcome::rejected, Outcome::unavailable,
                             Outcome::misconfigured, Outcome::ambiguous}) {
    for (const bool counts : {false, true}) {
      for (const bool safe : {false, true}) {
        for (const int spent : {0, 23, 24, 1'000}) {
          auto reported = failed(outcome, counts);
          reported.safe_to_repeat = safe;
          const auto made = decide_now({State::claimed, spent, spent, spent}, reported);
          REQUIRE(is_legal(State::claimed, made.name, made.to));
          REQUIRE((made.to == State::pending) == made.due_at.has_value());
          REQUIRE((made.to == State::dead) == !made.cause.empty());
        }
      }
    }
  }
}

TEST_CASE("every state and transition has a name that reads back") {
  for (const auto state : kStates) REQUIRE(parse_state(to_string(state)) == state);
  for (const auto name : kTransitionNames) REQUIRE_FALSE(to_string(name).empty());
  REQUIRE_FALSE(parse_state("done"));
}

TEST_CASE("a field is found by our name and by the marketplace's, in any case") {
  REQUIRE(find_lead_field("OfferTitle")->name == "offer_title");
  REQUIRE(find_lead_field("offertitle")->name == "offer_title");
  REQUIRE(find_lead_field("offer_title")->name == "offer_title");
  REQUIRE(find_lead_field("publisher")->name == "publisher");
  REQUIRE(find_lead_field("") == nullptr);
  REQUIRE(find_lead_field("Password") == nullptr);
}

}  // namespace leadspool
