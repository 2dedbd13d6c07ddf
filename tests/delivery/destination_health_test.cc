#include "delivery/destination_health.h"

#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool {
namespace {

using delivery::DestinationHealth;
using namespace std::chrono_literals;

constexpr Time kNow = from_unix_ms(1'767'225'600'000);
const AttemptOutcome kDown{.outcome = Outcome::unavailable, .detail = "connection refused"};
const AttemptOutcome kServerError{.outcome = Outcome::unavailable, .counts_against_budget = true};
const AttemptOutcome kDelivered{.outcome = Outcome::delivered};

Uuid lead(std::uint8_t number) {
  Uuid uuid;
  uuid.bytes[15] = number;
  return uuid;
}

void fail(DestinationHealth& health, int times, const AttemptOutcome& outcome = kDown, Time now = kNow) {
  for (int i = 0; i < times; ++i)
    REQUIRE(health.record(outcome, lead(1), true, now) != DestinationHealth::Sign::came_back);
}

}  // namespace

TEST_CASE("a healthy destination has as much room as it is given") {
  const DestinationHealth health;
  REQUIRE(health.room(0, 16, kNow) == 16);
  REQUIRE(health.room(10, 16, kNow) == 6);
  REQUIRE(health.room(20, 16, kNow) == 0);
  REQUIRE_FALSE(health.next_look(kNow));
}

TEST_CASE("ten failures in a row that are surely the destination's open the breaker, whoever failed") {
  DestinationHealth health;
  fail(health, 9);
  REQUIRE_FALSE(health.is_open());
  fail(health, 1);
  REQUIRE(health.is_open());
  REQUIRE(health.room(0, 16, kNow) == 0);
  REQUIRE(health.next_look(kNow) == kNow + 30s);
  REQUIRE(health.view(0).reason == "connection refused");
}

TEST_CASE("failures that may be one lead's doing open it only when three leads fail") {
  DestinationHealth health;
  fail(health, 50, kServerError);
  REQUIRE_FALSE(health.is_open());
  static_cast<void>(health.record(kServerError, lead(2), true, kNow));
  static_cast<void>(health.record(kServerError, lead(3), true, kNow));
  REQUIRE(health.is_open());
}

TEST_CASE("answers lost with their connection open it only when they are lost again") {
  const AttemptOutcome lost{.outcome = Outcome::ambiguous, .counts_against_budget = true};
  DestinationHealth health;
  for (std::uint8_t i = 0; i < 50; ++i) static_cast<void>(health.record(lost, lead(i), false, kNow));
  REQUIRE_FALSE(health.is_open());
  for (std::uint8_t i = 0; i < 10; ++i) static_cast<void>(health.record(lost, lead(i), true, kNow));
  REQUIRE(health.is_open());
}

TEST_CASE("a destination that hangs until our patience ends opens it") {
  const AttemptOutcome hung{.outcome = Outcome::ambiguous, .counts_against_budget = true, .timed_out = true};
  DestinationHealth health;
  for (std::uint8_t i = 0; i < 10; ++i) static_cast<void>(health.record(hung, lead(i), false, kNow));
  REQUIRE(health.is_open());
}

TEST_CASE("an answer lost while it is open asks for the same lead soon, and once only") {
  const AttemptOutcome lost{.outcome = Outcome::ambiguous};
  DestinationHealth health;
  fail(health, 10);
  REQUIRE(health.record(lost, lead(2), false, kNow + 30s) == DestinationHealth::Sign::probe_again);
  REQUIRE(health.is_open());
  REQUIRE(health.next_look(kNow + 30s) == kNow + 35s);
  REQUIRE(health.record(lost, lead(2), true, kNow + 35s) == DestinationHealth::Sign::none);
  REQUIRE(health.next_look(kNow + 35s) == kNow + 95s);
}

TEST_CASE("a success in between starts the count again") {
  DestinationHealth health;
  fail(health, 9);
  static_cast<void>(health.record(kDelivered, lead(1), true, kNow));
  fail(health, 9);
  REQUIRE_FALSE(health.is_open());
}

TEST_CASE("while open one probe at a time is let through, each after a longer wait, up to ten minutes") {
  DestinationHealth health;
  fail(health, 10);
  Time now = kNow;
  for (const auto wait : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    REQUIRE(health.room(0, 16, now + wait - 1ms) == 0);
    now += wait;
    REQUIRE(health.room(0, 16, now) == 1);
    REQUIRE(health.room(1, 16, now) == 0);
    REQUIRE(health.record(kDown, lead(1), true, now) == DestinationHealth::Sign::none);
  }
}

TEST_CASE("late answers from before it opened do not lengthen the wait") {
  DestinationHealth health;
  fail(health, 10);
  fail(health, 6, kDown, kNow + 1s);
  REQUIRE(health.next_look(kNow) == kNow + 30s);
}

TEST_CASE("any sensible answer closes the breaker and tells that the destination is back") {
  for (const auto outcome : {Outcome::delivered, Outcome::rejected}) {
    DestinationHealth health;
    fail(health, 10);
    REQUIRE(health.record({.outcome = outcome}, lead(2), true, kNow + 30s) ==
            DestinationHealth::Sign::came_back);
    REQUIRE_FALSE(health.is_open());
    REQUIRE(health.room(0, 16, kNow + 30s) == 16);
    REQUIRE(health.view(0).reason.empty());
    REQUIRE(health.record({.outcome = outcome}, lead(2), true, kNow + 31s) == DestinationHealth::Sign::none);
  }
}

TEST_CASE("a success that closes no breaker is no comeback, whatever failed before") {
  DestinationHealth health;
  fail(health, 9);
  REQUIRE(health.record(kDelivered, lead(2), true, kNow) == DestinationHealth::Sign::none);
}

TEST_CASE("a success of an attempt that was under way does not end a pause that was asked for") {
  auto throttled = kDown;
  throttled.retry_after = 120s;
  DestinationHealth health;
  fail(health, 1, throttled);
  static_cast<void>(health.record(kDelivered, lead(2), true, kNow));
  REQUIRE(health.room(0, 16, kNow + 119s) == 0);
  REQUIRE(health.room(0, 16, kNow + 120s) == 16);
}

TEST_CASE("no Retry-After pauses for longer than ten hours") {
  auto throttled = kDown;
  throttled.retry_after = std::chrono::hours{24 * 365};
  DestinationHealth health;
  fail(health, 1, throttled);
  REQUIRE(health.room(0, 16, kNow + 10h) == 16);
}

TEST_CASE("a Retry-After pauses the whole destination without opening the breaker") {
  DestinationHealth health;
  auto throttled = kDown;
  throttled.retry_after = 120s;
  fail(health, 1, throttled);
  REQUIRE_FALSE(health.is_open());
  REQUIRE(health.room(0, 16, kNow + 119s) == 0);
  REQUIRE(health.room(0, 16, kNow + 120s) == 16);
}

}  // namespace leadspool
