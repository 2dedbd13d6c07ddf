#include "delivery/destination_health.h"

#include "support/catch.h"

namespace leadspool {
namespace {

using delivery::DestinationHealth;
using Sign = delivery::DestinationHealth::Sign;
using namespace std::chrono_literals;

constexpr Time kNow = from_unix_ms(1'767'225'600'000);
const AttemptOutcome kDown{.outcome = Outcome::unavailable, .detail = "connection refused"};
const AttemptOutcome kServerError{.outcome = Outcome::unavailable, .counts_against_budget = true};
const AttemptOutcome kDelivered{.outcome = Outcome::delivered};
const AttemptOutcome kRefused{.outcome = Outcome::rejected, .shows_access = true};
const AttemptOutcome kTooLarge{.outcome = Outcome::rejected, .cause = "HTTP 413"};
const AttemptOutcome kForbidden{.outcome = Outcome::misconfigured,
                                .may_be_the_leads_own = true,
                                .detail = "403 forbidden",
                                .cause = "HTTP 403"};
const AttemptOutcome kUnauthorised{
    .outcome = Outcome::misconfigured, .detail = "401 unauthorised", .cause = "HTTP 401"};
// No lead was looked at.
const AttemptOutcome kTokenRefused{.outcome = Outcome::misconfigured,
                                   .concerns_every_lead = true,
                                   .detail = "the client secret is wrong",
                                   .cause = "invalid_client"};
const AttemptOutcome kBadCertificate{.outcome = Outcome::misconfigured, .cause = "certificate refused"};
const AttemptOutcome kLost{.outcome = Outcome::ambiguous, .counts_against_budget = true};

Uuid lead(std::uint8_t number) {
  Uuid uuid;
  uuid.bytes[15] = number;
  return uuid;
}

// What this lead's attempt, which took no time, told.
Sign note(DestinationHealth& health, const AttemptOutcome& outcome, std::uint8_t number, Time now = kNow,
          bool is_repeat = true) {
  return health.note(outcome, {.lead = lead(number), .is_repeat = is_repeat, .began = now}, now);
}

void fail(DestinationHealth& health, int times, const AttemptOutcome& outcome = kDown, Time now = kNow) {
  for (int i = 0; i < times; ++i) REQUIRE(note(health, outcome, 1, now) != Sign::came_back);
}

DestinationHealth down() {
  DestinationHealth health;
  fail(health, 10);
  REQUIRE(health.record().condition == Condition::down);
  return health;
}

// Two leads have confirmed it.
DestinationHealth misconfigured() {
  DestinationHealth health;
  REQUIRE(note(health, kForbidden, 1) == Sign::none);
  REQUIRE(note(health, kForbidden, 2) == Sign::paused_itself);
  return health;
}

AttemptOutcome throttled(Milliseconds retry_after) {
  auto outcome = kDown;
  outcome.retry_after = retry_after;
  return outcome;
}

}  // namespace

TEST_CASE("what is remembered of an answer is its cause, as the CRM's words may name a person") {
  AttemptOutcome refused{.outcome = Outcome::misconfigured, .http_status = 403};
  refused.detail = "the CRM answered 403: Mia Chen is not allowed";
  refused.cause = "HTTP 403: <value> is not allowed";
  DestinationHealth health;
  (void)note(health, refused, 1);
  (void)note(health, refused, 2);
  REQUIRE(health.record().reason == refused.cause);
  REQUIRE(down().record().reason == kDown.detail);
}

TEST_CASE("a healthy destination has as much room as it is given") {
  const DestinationHealth health;
  REQUIRE(health.is_working());
  REQUIRE(health.room(0, 16, kNow) == 16);
  REQUIRE(health.room(10, 16, kNow) == 6);
  REQUIRE(health.room(20, 16, kNow) == 0);
  REQUIRE_FALSE(health.next_look(kNow));
  REQUIRE_FALSE(health.avoids());
}

TEST_CASE("ten failures in a row that are surely the destination's open the breaker, whoever failed") {
  DestinationHealth health;
  fail(health, 9);
  REQUIRE(health.is_working());
  REQUIRE(note(health, kDown, 1) == Sign::went_down);
  REQUIRE(health.record().condition == Condition::down);
  REQUIRE(health.record().since == kNow);
  REQUIRE(health.record().reason == "connection refused");
  REQUIRE(health.room(0, 16, kNow) == 0);
  REQUIRE(health.next_look(kNow) == kNow + 30s);
}

TEST_CASE("failures that may be one lead's doing open it only when three leads fail") {
  DestinationHealth health;
  fail(health, 50, kServerError);
  REQUIRE(health.is_working());
  REQUIRE(note(health, kServerError, 2) == Sign::none);
  REQUIRE(note(health, kServerError, 3) == Sign::went_down);
}

TEST_CASE("answers lost with their connection open it only when they are lost again") {
  DestinationHealth health;
  for (std::uint8_t i = 0; i < 50; ++i) REQUIRE(note(health, kLost, i, kNow, false) == Sign::none);
  for (std::uint8_t i = 0; i < 10; ++i) static_cast<void>(note(health, kLost, i));
  REQUIRE_FALSE(health.is_working());
}

TEST_CASE("a destination that hangs until our patience ends opens it") {
  const AttemptOutcome hung{.outcome = Outcome::ambiguous, .counts_against_budget = true, .timed_out = true};
  DestinationHealth health;
  for (std::uint8_t i = 0; i < 10; ++i) static_cast<void>(note(health, hung, i, kNow, false));
  REQUIRE_FALSE(health.is_working());
}

TEST_CASE("an answer lost while it is open asks for the same lead soon, and once only") {
  DestinationHealth health = down();
  REQUIRE(note(health, kLost, 2, kNow + 30s, false) == Sign::probe_again);
  REQUIRE(health.record().condition == Condition::down);
  REQUIRE(health.next_look(kNow + 30s) == kNow + 35s);
  REQUIRE(note(health, kLost, 2, kNow + 35s, true) == Sign::none);
  REQUIRE(health.next_look(kNow + 35s) == kNow + 95s);
}

TEST_CASE("a success in between starts the count again") {
  DestinationHealth health;
  fail(health, 9);
  REQUIRE(note(health, kDelivered, 2) == Sign::none);
  fail(health, 9);
  REQUIRE(health.is_working());
}

TEST_CASE("while open one probe at a time is let through, each after a longer wait, up to ten minutes") {
  DestinationHealth health = down();
  Time now = kNow;
  for (const auto wait : {30s, 60s, 120s, 240s, 480s, 600s, 600s}) {
    REQUIRE(health.room(0, 16, now + wait - 1ms) == 0);
    now += wait;
    REQUIRE(health.room(0, 16, now) == 1);
    REQUIRE(health.room(1, 16, now) == 0);
    REQUIRE(note(health, kDown, 1, now) == Sign::none);
  }
}

TEST_CASE("each probe avoids the lead that failed last") {
  DestinationHealth health = down();
  REQUIRE(health.avoids() == lead(1));
  static_cast<void>(note(health, kDown, 7, kNow + 30s));
  REQUIRE(health.avoids() == lead(7));
  static_cast<void>(note(health, kDelivered, 8, kNow + 90s));
  REQUIRE_FALSE(health.avoids());
}

TEST_CASE("late answers from before it opened do not lengthen the wait") {
  DestinationHealth health = down();
  fail(health, 6, kDown, kNow + 1s);
  fail(health, 1, kForbidden, kNow + 1s);
  REQUIRE(health.next_look(kNow) == kNow + 30s);
  REQUIRE(health.record().condition == Condition::down);
}

TEST_CASE("an answer that shows access, also a late one, makes it work again and tells that it is back") {
  for (const auto& outcome : {kDelivered, kRefused}) {
    for (const auto after : {1s, 30s}) {
      for (auto health : {down(), misconfigured()}) {
        REQUIRE(note(health, outcome, 3, kNow + after) == Sign::came_back);
        REQUIRE(health.is_working());
        REQUIRE(health.record().reason.empty());
        REQUIRE_FALSE(health.next_look(kNow + after));
        REQUIRE(note(health, outcome, 4, kNow + after) == Sign::none);
      }
    }
  }
}

TEST_CASE("a refusal that shows no access ends an outage, and the count of failures") {
  DestinationHealth health = down();
  REQUIRE(note(health, kTooLarge, 3, kNow + 1s) == Sign::came_back);
  REQUIRE(health.is_working());
  fail(health, 9, kDown, kNow + 2s);
  REQUIRE(note(health, kTooLarge, 3, kNow + 2s) == Sign::none);
  fail(health, 9, kDown, kNow + 2s);
  REQUIRE(health.is_working());
}

TEST_CASE("a probe that is refused without showing access leaves it misconfigured, for five more minutes") {
  DestinationHealth health = misconfigured();
  REQUIRE(note(health, kTooLarge, 3, kNow + 5min) == Sign::none);
  REQUIRE(health.record().condition == Condition::misconfigured);
  REQUIRE(health.record().reason == "403 forbidden");
  REQUIRE(health.avoids() == lead(2));
  REQUIRE(health.next_look(kNow + 5min) == kNow + 10min);
  // What began before the pause does not put the next probe off.
  REQUIRE(health.note(kTooLarge, {.lead = lead(4), .began = kNow - 1s}, kNow + 6min) == Sign::none);
  REQUIRE(health.next_look(kNow + 6min) == kNow + 10min);
  REQUIRE(note(health, kRefused, 5, kNow + 10min) == Sign::came_back);
}

TEST_CASE("a success that closes no breaker is no comeback, whatever failed before") {
  DestinationHealth health;
  fail(health, 9);
  REQUIRE(note(health, kDelivered, 2) == Sign::none);
}

TEST_CASE("a destination that came back gets one at first, and with each sensible answer one more") {
  DestinationHealth health = down();
  static_cast<void>(note(health, kDelivered, 2, kNow + 30s));
  REQUIRE(health.room(0, 3, kNow + 30s) == 1);
  REQUIRE(health.room(1, 3, kNow + 30s) == 0);
  static_cast<void>(note(health, kServerError, 3, kNow + 31s));
  REQUIRE(health.room(0, 3, kNow + 31s) == 1);
  static_cast<void>(note(health, kDelivered, 4, kNow + 32s));
  REQUIRE(health.room(0, 3, kNow + 32s) == 2);
  for (std::uint8_t i = 5; i < 15; ++i) static_cast<void>(note(health, kDelivered, i, kNow + 33s));
  REQUIRE(health.room(0, 3, kNow + 33s) == 3);
}

TEST_CASE("a Retry-After closes the whole destination without opening the breaker, at most for ten hours") {
  DestinationHealth health;
  REQUIRE(note(health, throttled(120s), 1) == Sign::none);
  REQUIRE(health.is_working());
  REQUIRE(health.record().closed_until == kNow + 120s);
  REQUIRE(health.room(0, 16, kNow + 119s) == 0);
  REQUIRE(health.room(0, 16, kNow + 120s) == 16);
  static_cast<void>(note(health, throttled(24h * 365), 1));
  REQUIRE(health.room(0, 16, kNow + 10h - 1ms) == 0);
  REQUIRE(health.room(0, 16, kNow + 10h) == 16);
}

TEST_CASE("a sensible answer of an attempt that was under way does not end a Retry-After") {
  DestinationHealth health;
  SECTION("while it works") { fail(health, 1, throttled(120s)); }
  SECTION("while it is down") {
    health = down();
    fail(health, 1, throttled(120s));
  }
  static_cast<void>(note(health, kDelivered, 2));
  REQUIRE(health.is_working());
  REQUIRE(health.room(0, 16, kNow + 119s) == 0);
  REQUIRE(health.room(0, 16, kNow + 120s) >= 1);
}

TEST_CASE("one misconfigured answer is a suspicion: one at a time is tried, and another lead first") {
  DestinationHealth health;
  REQUIRE(note(health, kForbidden, 1) == Sign::none);
  REQUIRE(health.is_working());
  REQUIRE(health.avoids() == lead(1));
  REQUIRE(health.room(0, 16, kNow) == 1);
  REQUIRE(health.room(1, 16, kNow) == 0);
}

TEST_CASE("a lead that was refused without being sent tells nothing of the destination") {
  const AttemptOutcome unsent{.outcome = Outcome::rejected, .was_not_sent = true};
  DestinationHealth health;
  fail(health, 9);
  REQUIRE(note(health, unsent, 2) == Sign::none);
  REQUIRE(note(health, kDown, 3) == Sign::went_down);
  REQUIRE(note(health, unsent, 4, kNow + 30s) == Sign::none);
  REQUIRE_FALSE(health.is_working());
  REQUIRE(health.room(0, 16, kNow + 30s) == 1);

  health = misconfigured();
  REQUIRE(note(health, unsent, 4, kNow + 5min) == Sign::none);
  REQUIRE_FALSE(health.is_working());
  REQUIRE(health.room(0, 16, kNow + 5min) == 1);
}

TEST_CASE("lost answers that must not be repeated open the breaker with their first tries") {
  auto lost = kLost;
  lost.safe_to_repeat = false;
  DestinationHealth health;
  for (std::uint8_t number = 1; number < 10; ++number)
    REQUIRE(note(health, lost, number, kNow, false) == Sign::none);
  REQUIRE(note(health, lost, 10, kNow, false) == Sign::went_down);
}

TEST_CASE("what concerns every lead pauses a destination with the first one that shows it") {
  DestinationHealth health;
  REQUIRE(note(health, kTokenRefused, 1) == Sign::paused_itself);
  REQUIRE(health.record().condition == Condition::misconfigured);
  REQUIRE(health.record().reason == "the client secret is wrong");
  REQUIRE(health.room(0, 16, kNow + 5min - 1ms) == 0);
  REQUIRE(health.room(0, 16, kNow + 5min) == 1);
}

TEST_CASE("what concerns every lead is held against none, however often others pass between") {
  DestinationHealth health;
  Time now = kNow;
  for (int i = 0; i < 30; ++i) {
    REQUIRE(note(health, kTokenRefused, 1, now) == Sign::paused_itself);
    now += 6min;
    REQUIRE(note(health, kTokenRefused, 1, now) == Sign::none);
    now += 6min;
    REQUIRE(note(health, kDelivered, 2, now) == Sign::came_back);
  }
}

TEST_CASE("a suspicion ends when another lead passes, not when it is refused without showing access") {
  for (const auto& passed : {kDelivered, kRefused}) {
    DestinationHealth health;
    static_cast<void>(note(health, kForbidden, 1));
    REQUIRE(note(health, kTooLarge, 2) == Sign::none);
    REQUIRE(health.avoids() == lead(1));
    REQUIRE(health.room(0, 16, kNow) == 1);
    REQUIRE(note(health, passed, 3) == Sign::none);
    REQUIRE_FALSE(health.avoids());
    REQUIRE(health.room(0, 16, kNow) == 16);
  }
}

TEST_CASE("a suspect that is refused for itself does not clear the destination") {
  DestinationHealth health;
  static_cast<void>(note(health, kUnauthorised, 1));
  static_cast<void>(note(health, kTooLarge, 1, kNow + 5s));
  REQUIRE(note(health, kUnauthorised, 2, kNow + 6s) == Sign::paused_itself);
}

TEST_CASE("a second lead confirms it: the destination pauses itself and is probed every five minutes") {
  DestinationHealth health = misconfigured();
  REQUIRE(health.record().condition == Condition::misconfigured);
  REQUIRE(health.record().reason == "403 forbidden");
  Time now = kNow;
  for (int probes = 0; probes < 5; ++probes) {
    REQUIRE(health.room(0, 16, now) == 0);
    REQUIRE(health.next_look(now) == now + 5min);
    now += 5min;
    REQUIRE(health.room(0, 16, now) == 1);
    REQUIRE(health.room(1, 16, now) == 0);
    REQUIRE(note(health, kForbidden, 3, now) == Sign::none);
    REQUIRE(health.avoids() == lead(3));
  }
}

TEST_CASE(
    "an unavailable probe leaves it misconfigured, with a new reason and the next probe in five minutes") {
  DestinationHealth health = misconfigured();
  REQUIRE(note(health, kDown, 3, kNow + 5min) == Sign::none);
  REQUIRE(health.record().condition == Condition::misconfigured);
  REQUIRE(health.record().since == kNow);
  REQUIRE(health.record().reason == "connection refused");
  REQUIRE(health.next_look(kNow + 5min) == kNow + 10min);
}

TEST_CASE("a probe that is misconfigured turns an outage into a pause at once") {
  DestinationHealth health = down();
  REQUIRE(note(health, kForbidden, 2, kNow + 30s) == Sign::paused_itself);
  REQUIRE(health.record().condition == Condition::misconfigured);
  REQUIRE(health.next_look(kNow + 30s) == kNow + 30s + 5min);
}

TEST_CASE("the same lead again, with no other between, confirms nothing, and another one is to tell") {
  DestinationHealth health;
  for (int times = 0; times < 50; ++times) {
    REQUIRE(note(health, kForbidden, 1, kNow + times * 5min) == Sign::none);
    REQUIRE(health.is_working());
    REQUIRE(health.avoids() == lead(1));
    REQUIRE(health.prefers_untried());
    REQUIRE(health.room(0, 16, kNow + times * 5min) == 1);
    REQUIRE(health.room(1, 16, kNow + times * 5min) == 0);
  }
  const Time now = kNow + 24h;
  SECTION("that one passes: the destination is well, and it counts when the first lead fails again") {
    REQUIRE(note(health, kDelivered, 2, now) == Sign::none);
    REQUIRE_FALSE(health.avoids());
    REQUIRE_FALSE(health.prefers_untried());
    REQUIRE(note(health, kForbidden, 1, now + 1s) == Sign::others_pass);
    REQUIRE(health.is_working());
  }
  SECTION("that one fails likewise: it is everybody") {
    REQUIRE(note(health, kForbidden, 2, now) == Sign::paused_itself);
    REQUIRE(health.next_look(now) == now + 5min);
  }
  SECTION("that one is refused, but shows no access: nothing is known") {
    REQUIRE(note(health, kTooLarge, 2, now) == Sign::none);
    REQUIRE(health.avoids() == lead(1));
  }
}

TEST_CASE("after a person's resume one lead at a time is tried, untried ones first, until one passes") {
  DestinationHealth health;
  health.take_as_mended();
  REQUIRE(health.room(0, 16, kNow) == 1);
  REQUIRE(health.room(1, 16, kNow) == 0);
  REQUIRE(health.prefers_untried());
  static_cast<void>(note(health, kDelivered, 1));
  REQUIRE_FALSE(health.prefers_untried());
  REQUIRE(health.room(0, 16, kNow) == 2);
}

TEST_CASE("a lead that is forbidden three times, others passing after each, is the one to blame") {
  for (const auto& passed : {kDelivered, kRefused}) {
    DestinationHealth health;
    REQUIRE(note(health, kForbidden, 1) == Sign::none);
    static_cast<void>(note(health, passed, 2, kNow + 1s));
    REQUIRE(note(health, kForbidden, 1, kNow + 5s) == Sign::others_pass);
    REQUIRE(health.is_working());
    REQUIRE(health.room(0, 16, kNow + 5s) == 16);
    static_cast<void>(note(health, passed, 3, kNow + 6s));
    REQUIRE(note(health, kForbidden, 1, kNow + 35s) == Sign::the_leads_own);
    REQUIRE(health.room(0, 16, kNow + 35s) == 16);
    // What it does after a person has had it tried again is judged afresh.
    REQUIRE(note(health, kForbidden, 1, kNow + 1h) == Sign::none);
  }
}

TEST_CASE("what is never about one lead is never blamed on one, however often others pass") {
  for (const auto& outcome : {kUnauthorised, kBadCertificate}) {
    DestinationHealth health;
    REQUIRE(note(health, outcome, 1) == Sign::none);
    Time now = kNow;
    for (int tries = 0; tries < 100; ++tries) {
      static_cast<void>(note(health, kDelivered, 2, now += 1min));
      REQUIRE(note(health, outcome, 1, now += 1min) == Sign::others_pass);
      REQUIRE(health.is_working());
    }
  }
}

TEST_CASE("a lead that fails for another cause than before is judged anew") {
  DestinationHealth health;
  Time now = kNow;
  const auto after_another = [&](const AttemptOutcome& outcome) {
    static_cast<void>(note(health, kDelivered, 2, now += 1h));
    return note(health, outcome, 1, now += 1h);
  };
  auto forbidden_otherwise = kForbidden;
  forbidden_otherwise.cause = "HTTP 403: the trial is over";
  static_cast<void>(note(health, kForbidden, 1));
  SECTION("the password expired") {
    REQUIRE(after_another(kUnauthorised) == Sign::others_pass);
    REQUIRE(after_another(kUnauthorised) == Sign::others_pass);
    REQUIRE(after_another(kForbidden) == Sign::others_pass);
  }
  SECTION("forbidden for another reason") {
    REQUIRE(after_another(kForbidden) == Sign::others_pass);
    REQUIRE(after_another(forbidden_otherwise) == Sign::others_pass);
    REQUIRE(after_another(kForbidden) == Sign::others_pass);
  }
  REQUIRE(after_another(kForbidden) == Sign::others_pass);
  REQUIRE(after_another(kForbidden) == Sign::the_leads_own);
}

TEST_CASE("a refusal that shows no access does not tell that others pass") {
  for (const auto& outcome : {kUnauthorised, kForbidden}) {
    DestinationHealth health;
    REQUIRE(note(health, outcome, 1) == Sign::none);
    REQUIRE(note(health, kTooLarge, 2, kNow + 1s) == Sign::none);
    REQUIRE(note(health, outcome, 1, kNow + 5s) == Sign::none);
    REQUIRE(note(health, kTooLarge, 3, kNow + 6s) == Sign::none);
    REQUIRE(note(health, outcome, 4, kNow + 7s) == Sign::paused_itself);
  }
}

TEST_CASE("an attempt that began before a lead failed does not show that it is the lead") {
  DestinationHealth health;
  static_cast<void>(note(health, kForbidden, 1, kNow + 1s));
  REQUIRE(health.note(kDelivered, {.lead = lead(2), .began = kNow}, kNow + 2s) == Sign::none);
  REQUIRE_FALSE(health.avoids());
  REQUIRE(note(health, kForbidden, 1, kNow + 6s) == Sign::none);
  REQUIRE(health.avoids() == lead(1));
}

TEST_CASE("what passed before a lead failed does not show that it is the lead") {
  DestinationHealth health;
  static_cast<void>(note(health, kDelivered, 2));
  static_cast<void>(note(health, kForbidden, 1));
  REQUIRE(note(health, kForbidden, 1, kNow + 5s) == Sign::none);
  REQUIRE(health.avoids() == lead(1));
}

TEST_CASE("leads that failed together are tried once more before one of them is to blame") {
  DestinationHealth health = misconfigured();
  REQUIRE(note(health, kDelivered, 3, kNow + 5min) == Sign::came_back);
  for (const auto now : {kNow + 6min, kNow + 8min}) {
    for (const std::uint8_t one : {1, 2}) {
      REQUIRE(note(health, kForbidden, one, now) == Sign::others_pass);
      REQUIRE_FALSE(health.avoids());
    }
    static_cast<void>(note(health, kDelivered, 4, now + 1min));
  }
  SECTION("others pass meanwhile") {
    for (const std::uint8_t one : {1, 2}) {
      REQUIRE(note(health, kForbidden, one, kNow + 10min) == Sign::the_leads_own);
    }
    REQUIRE(health.is_working());
  }
  SECTION("nobody does") {
    REQUIRE(note(health, kUnauthorised, 1, kNow + 10min) == Sign::others_pass);
    REQUIRE(note(health, kUnauthorised, 1, kNow + 11min) == Sign::none);
    REQUIRE(health.avoids() == lead(1));
  }
}

TEST_CASE("a lead that is alone with a wrong password is never to blame") {
  DestinationHealth health;
  Time now = kNow;
  for (int tries = 0; tries < 1'000; ++tries, now += 10min) {
    REQUIRE(note(health, kForbidden, 1, now) == Sign::none);
  }
  REQUIRE(health.is_working());
}

TEST_CASE("no more suspects are remembered than there is room for, and the latest is among them") {
  DestinationHealth health;
  const auto many = [](std::size_t number) {
    Uuid uuid = lead(static_cast<std::uint8_t>(number % 256));
    uuid.bytes[14] = static_cast<std::uint8_t>(number / 256);
    return uuid;
  };
  for (std::size_t i = 0; i < 2 * DestinationHealth::kMostSuspects; ++i) {
    static_cast<void>(health.note(kForbidden, {.lead = many(i), .began = kNow}, kNow));
    static_cast<void>(health.note(kDelivered, {.lead = lead(255), .began = kNow}, kNow));
  }
  const auto fails_again = [&](std::size_t number) {
    return health.note(kForbidden, {.lead = many(number), .began = kNow + 5s}, kNow + 5s);
  };
  REQUIRE(fails_again(2 * DestinationHealth::kMostSuspects - 1) == Sign::others_pass);
  REQUIRE(fails_again(0) == Sign::none);
}

TEST_CASE("a destination that is restored is as it was, and is not probed early") {
  for (const auto& health : {down(), misconfigured()}) {
    const DestinationHealth restored(health.record(), kNow + 10s);
    REQUIRE(restored.record() == health.record());
    REQUIRE(restored.room(0, 16, *health.next_look(kNow) - 1ms) == 0);
    REQUIRE(restored.room(0, 16, *health.next_look(kNow)) == 1);
  }
}

TEST_CASE("a restored breaker goes on with the waits where it was") {
  DestinationHealth health = down();
  static_cast<void>(note(health, kDown, 1, kNow + 30s));
  DestinationHealth restored(health.record(), kNow + 40s);
  static_cast<void>(note(restored, kDown, 1, kNow + 90s));
  REQUIRE(restored.next_look(kNow + 90s) == kNow + 90s + 120s);
}

TEST_CASE("a restored Retry-After holds, also against a success and in an outage") {
  DestinationHealth health;
  fail(health, 1, throttled(2h));
  DestinationHealth restored(health.record(), kNow);
  static_cast<void>(note(restored, kDelivered, 2));
  REQUIRE(restored.room(0, 16, kNow + 2h - 1ms) == 0);
  fail(health, 9);
  REQUIRE(health.record().condition == Condition::down);
  REQUIRE(DestinationHealth(health.record(), kNow + 1h).next_look(kNow + 1h) == kNow + 2h);
}

TEST_CASE("no wait that was remembered by a wrong clock is longer than it was planned") {
  const Time ahead = kNow + 24h * 365;
  const auto opens = [&](Condition condition, Milliseconds planned) {
    const DestinationHealth restored(
        {.condition = condition, .since = ahead, .probe_wait = planned, .closed_until = ahead}, kNow);
    REQUIRE(restored.record().since == kNow);
    return *restored.next_look(kNow) - kNow;
  };
  REQUIRE(opens(Condition::working, 5s) == 5s);
  REQUIRE(opens(Condition::working, 100h) == 10h);
  REQUIRE(opens(Condition::down, 30s) == 30s);
  REQUIRE(opens(Condition::misconfigured, 5min) == 5min);
}

TEST_CASE("leads that were in flight when another failed do not confirm it") {
  DestinationHealth health;
  REQUIRE(note(health, kForbidden, 1) == Sign::none);
  for (const std::uint8_t one : {2, 3, 4}) {
    REQUIRE(health.note(kForbidden, {.lead = lead(one), .began = kNow, .is_witness = false}, kNow) ==
            Sign::none);
  }
  REQUIRE(health.is_working());
  REQUIRE(note(health, kForbidden, 5) == Sign::paused_itself);
}

TEST_CASE("failures that open nothing change nothing that is remembered") {
  DestinationHealth health;
  fail(health, 9);
  static_cast<void>(note(health, kForbidden, 1));
  static_cast<void>(note(health, kDelivered, 2));
  REQUIRE(health.record() == HealthRecord{});
}

TEST_CASE("when what is misconfigured was mended it is probed at once, unless a Retry-After lasts") {
  auto health = misconfigured();
  REQUIRE(health.room(0, 16, kNow) == 0);
  health.expect_mended();
  REQUIRE(health.room(0, 16, kNow) == 1);
  REQUIRE(health.room(1, 16, kNow) == 0);
  REQUIRE_FALSE(health.is_working());
  (void)note(health, kForbidden, 3);
  REQUIRE(health.next_look(kNow) == kNow + DestinationHealth::kMisconfiguredProbe);
  (void)note(health, throttled(60s), 3, kNow + DestinationHealth::kMisconfiguredProbe);
  health.expect_mended();
  REQUIRE(health.next_look(kNow + DestinationHealth::kMisconfiguredProbe) ==
          kNow + DestinationHealth::kMisconfiguredProbe + 60s);
}

TEST_CASE("a wait that was remembered may be a Retry-After, so a reload does not cut it short") {
  auto health = misconfigured();
  (void)note(health, throttled(60s), 3, kNow + DestinationHealth::kMisconfiguredProbe);
  const Time later = kNow + DestinationHealth::kMisconfiguredProbe + 1s;
  DestinationHealth restored(health.record(), later);
  restored.expect_mended();
  REQUIRE(restored.room(0, 16, later + 58s) == 0);
  REQUIRE(restored.next_look(later) == health.record().closed_until);
}

TEST_CASE("an outage is not over because settings were changed") {
  auto health = down();
  const auto before = health.record();
  health.expect_mended();
  REQUIRE(health.record() == before);
}

TEST_CASE("when the clock was set a wait is over, and nobody is to blame by what was before") {
  DestinationHealth health = down();
  health.forget_wait();
  REQUIRE(health.room(0, 16, kNow - 1h) == 1);
  DestinationHealth suspecting;
  static_cast<void>(note(suspecting, kForbidden, 1));
  static_cast<void>(note(suspecting, kDelivered, 2));
  suspecting.forget_wait();
  REQUIRE(note(suspecting, kForbidden, 1, kNow + 5s) == Sign::none);
}

}  // namespace leadspool
