// Whose fault "you may not do that" is: everybody's, or one lead's.
#include "delivery/worker_fixture.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool {

using namespace std::chrono_literals;
using test::answer;
using test::refused;
using test::WorkerFixture;

namespace {

constexpr int kMany = 1'000;

bool is_odd(const http::ClientRequest& request) { return request.body.find("Odd") != std::string::npos; }

// `status` for odd leads, 200 for all others.
test::ScriptedClient::Answerer odd_ones_get(int status) {
  return [status](const http::ClientRequest& request) { return answer(is_odd(request) ? status : 200); };
}

// Lets `span` pass in steps of `step`.
void pass_slowly(WorkerFixture& w, Milliseconds span, Milliseconds step) {
  for (Milliseconds passed{0}; passed < span; passed += step) w.pass(step);
}

int sent_for_odd(const WorkerFixture& w) {
  int count = 0;
  for (const auto& request : w.client.requests()) count += is_odd(request) ? 1 : 0;
  return count;
}

// Lets an hour pass in which new leads keep coming.
void pass_with_others(WorkerFixture& w) {
  for (int i = 0; i < 60; ++i) {
    w.add_lead();
    w.worker->wake();
    w.pass(1min);
  }
}

http::ClientResult bad_certificate() {
  return http::ClientFailure{.phase = http::FailurePhase::certificate, .detail = "the certificate expired"};
}

void deliver_all(WorkerFixture& w) {
  for (int i = 0; i < 40; ++i) w.settle();
}

int counted_attempts(WorkerFixture& w) {
  int counted = 0;
  std::optional<std::int64_t> before;
  do {
    const auto page = w.reader.list({}, 500, before);
    for (const auto& listed : page.leads) {
      for (const auto& attempt : w.delivery(listed.lead.id).attempts) counted += attempt.counted ? 1 : 0;
    }
    before = page.next_before;
  } while (before);
  return counted;
}

}  // namespace

TEST_CASE("a wrong secret with a thousand leads waiting makes one pause, and costs no lead anything") {
  WorkerFixture w;
  const test::CapturedLog log;
  w.client.on_send([](const auto&) { return answer(401); });
  for (int i = 0; i < kMany; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.health().condition == Condition::misconfigured);
  REQUIRE_FALSE(w.health().reason.empty());
  const auto at_first = w.client.requests().size();
  // A full set in flight, and the one that confirms it.
  REQUIRE(at_first == 16 + 1);
  pass_slowly(w, 2h, 1min);
  REQUIRE(w.client.requests().size() == at_first + 24);
  REQUIRE(w.count(State::pending) == kMany);
  REQUIRE(counted_attempts(w) == 0);
  const auto text = log.text();
  const auto told = text.find("destination_paused_itself");
  REQUIRE(told != std::string::npos);
  REQUIRE(text.find("destination_paused_itself", told + 1) == std::string::npos);

  w.client.on_send([](const auto&) { return answer(200); });
  SECTION("the probe finds it mended") { w.pass(5min); }
  SECTION("a person resumes it") { static_cast<void>(w.corrections.resume("crm", {"ada", "new secret"})); }
  deliver_all(w);
  REQUIRE(w.count(State::delivered) == kMany);
  REQUIRE(w.health().condition == Condition::working);
}

TEST_CASE("a person's resume with the secret still wrong pauses the destination again") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(401); });
  for (int i = 0; i < 50; ++i) w.add_lead();
  w.settle();
  const auto before = w.client.requests().size();
  static_cast<void>(w.corrections.resume("crm", {"ada", "mended, I think"}));
  w.settle();
  REQUIRE(w.health().condition == Condition::misconfigured);
  REQUIRE(w.client.requests().size() == before + 2);
  REQUIRE(w.count(State::pending) == 50);
}

TEST_CASE(
    "one lead that alone gets 403 among a thousand is dead at its third try, and the destination is not kept "
    "paused") {
  int before = 0;
  SECTION("the first of all") { before = 0; }
  SECTION("one in the middle") { before = kMany / 2; }
  SECTION("the last of all") { before = kMany; }
  WorkerFixture w;
  w.client.on_send(odd_ones_get(403));
  for (int i = 0; i < before; ++i) w.add_lead();
  const Uuid odd = w.add_lead("Odd");
  for (int i = before; i < kMany; ++i) w.add_lead();
  deliver_all(w);
  REQUIRE(w.count(State::delivered) == kMany);
  REQUIRE(w.delivery(odd).state == State::pending);
  pass_with_others(w);
  REQUIRE(w.count(State::delivered) == kMany + 60);
  REQUIRE(w.health().condition == Condition::working);
  const auto delivery = w.delivery(odd);
  REQUIRE(delivery.state == State::dead);
  REQUIRE_FALSE(delivery.cause.empty());
  REQUIRE(delivery.attempts.back().outcome == Outcome::rejected);
  REQUIRE(delivery.attempts.back().detail.find("other leads pass") != std::string::npos);
  REQUIRE(delivery.attempts.front().outcome == Outcome::misconfigured);
  REQUIRE_FALSE(delivery.attempts.front().counted);
  REQUIRE(sent_for_odd(w) == 3);
}

TEST_CASE("two leads in a row that get 403 hold the others up once, and are dead soon") {
  WorkerFixture w;
  w.client.on_send(odd_ones_get(403));
  for (int i = 0; i < 2; ++i) w.add_lead("Odd");
  for (int i = 0; i < 100; ++i) w.add_lead();
  pass_slowly(w, 1h, 1min);
  REQUIRE(w.count(State::delivered) == 100);
  for (int hours = 0; hours < 4; ++hours) pass_with_others(w);
  REQUIRE(w.count(State::delivered) == 340);
  REQUIRE(w.count(State::dead) == 2);
  REQUIRE(w.health().condition == Condition::working);
}

TEST_CASE("a lead that is alone with a wrong password is never dead, however long it takes") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(401); });
  const Uuid lead = w.add_lead();
  pass_slowly(w, 24h, 1min);
  REQUIRE(w.delivery(lead).state == State::pending);
  REQUIRE(w.health().condition == Condition::working);
  // As often as a probe would be.
  REQUIRE(w.client.requests().size() > 24 * 9);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(5min);
  REQUIRE(w.delivery(lead).state == State::delivered);
}

TEST_CASE("a lead that fails alone pauses nothing, and does not hold up the lead that comes next") {
  WorkerFixture w;
  w.client.on_send(odd_ones_get(403));
  const Uuid odd = w.add_lead("Odd");
  w.settle();
  pass_slowly(w, 10min, 1s);
  REQUIRE(w.health().condition == Condition::working);
  REQUIRE(w.delivery(odd).state == State::pending);
  const Uuid next = w.add_lead();
  w.worker->wake();
  w.settle();
  REQUIRE(w.delivery(next).state == State::delivered);
  for (int hours = 0; hours < 12; ++hours) pass_with_others(w);
  REQUIRE(w.delivery(odd).state == State::dead);
}

TEST_CASE("a resume gets past odd leads at the head of the queue") {
  WorkerFixture w;
  w.client.on_send(odd_ones_get(403));
  static_cast<void>(w.corrections.pause("crm", {"ada", "maintenance"}));
  for (int i = 0; i < 10; ++i) w.add_lead("Odd");
  for (int i = 0; i < 30; ++i) w.add_lead();
  w.settle();
  static_cast<void>(w.corrections.resume("crm", {"ada", "go on"}));
  deliver_all(w);
  REQUIRE(w.count(State::delivered) == 30);
}

TEST_CASE("leads that a certificate or a password fails at random are all delivered in the end") {
  http::ClientResult failure = bad_certificate();
  SECTION("a certificate") { failure = bad_certificate(); }
  SECTION("a password") { failure = answer(401); }
  WorkerFixture w;
  test::SeededRandom dice;
  w.client.on_send([&](const auto&) { return dice.unit() < 0.3 ? failure : answer(200); });
  for (int hours = 0; hours < 5; ++hours) pass_with_others(w);
  pass_slowly(w, 24h * 4, 5min);
  REQUIRE(w.count(State::dead) == 0);
  REQUIRE(w.count(State::delivered) == 300);
}

TEST_CASE("a lead that alone is refused for what is never about one lead is dead only after its budget") {
  http::ClientResult failure = bad_certificate();
  SECTION("a certificate") { failure = bad_certificate(); }
  SECTION("an address") { failure = answer(404); }
  WorkerFixture w;
  w.client.on_send([&](const auto& request) { return is_odd(request) ? failure : answer(200); });
  const Uuid odd = w.add_lead("Odd");
  int hours = 0;
  for (; hours < 24 * 20 && w.delivery(odd).state == State::pending; ++hours) {
    w.add_lead();
    w.worker->wake();
    w.pass(1h);
  }
  const auto delivery = w.delivery(odd);
  REQUIRE(delivery.state == State::dead);
  REQUIRE_FALSE(delivery.cause.empty());
  REQUIRE(delivery.attempts.back().outcome == Outcome::misconfigured);
  REQUIRE(counted_attempts(w) == 24);
  REQUIRE(hours > 24 * 5);
  REQUIRE(w.health().condition == Condition::working);
}

TEST_CASE("a lead that is too large for a gateway does not tell that the password is right") {
  const auto with_large = [](const http::ClientRequest& request) {
    return answer(request.body.find("Large") != std::string::npos ? 413 : 401);
  };
  WorkerFixture w;
  w.client.on_send(with_large);
  const auto add = [&](const std::string& last_name) {
    const Uuid lead = w.add_lead(last_name);
    w.worker->wake();
    w.settle();
    return lead;
  };
  const Uuid first = add("One");
  REQUIRE(w.delivery(add("Large")).state == State::dead);
  w.pass(6s);
  REQUIRE(w.delivery(first).attempt_count == 2);
  add("Two");
  REQUIRE(w.health().condition == Condition::misconfigured);

  w.pass(4min);
  const auto sent = w.client.requests().size();
  const Uuid probe = add("Large");
  REQUIRE(w.client.requests().size() == sent);
  w.pass(1min);
  REQUIRE(w.delivery(probe).state == State::dead);
  pass_slowly(w, 1h, 1min);
  REQUIRE(w.client.requests().size() == sent + 13);
  REQUIRE(w.health().condition == Condition::misconfigured);
  REQUIRE(w.count(State::pending) == 2);
  REQUIRE(counted_attempts(w) == 2);  // of the large ones
  w.client.on_send([](const auto&) { return answer(409); });
  w.pass(5min);
  REQUIRE(w.health().condition == Condition::working);
}

TEST_CASE("while one lead is suspected another one is tried before it, where there is one") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 1, .retry = {.schedule = {1ms}}}};
  w.client.on_send(odd_ones_get(403));
  w.add_lead("Odd");
  const Uuid other = w.add_lead();
  for (int steps = 0; steps < 40 && w.client.requests().size() < 2; ++steps) {
    w.clock.advance(2ms);
    w.worker->run_once(0ms);
  }
  REQUIRE(sent_for_odd(w) == 1);
  w.settle();
  REQUIRE(w.delivery(other).state == State::delivered);
}

TEST_CASE("the probe of a paused destination is another lead than the one that failed") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(401); });
  for (int i = 0; i < 4; ++i) w.add_lead(std::to_string(i));
  w.settle();
  const auto at_first = w.client.requests().size();
  pass_slowly(w, 1h, 1min);
  for (std::size_t i = at_first; i < w.client.requests().size(); ++i) {
    REQUIRE(w.client.requests()[i].body != w.client.requests()[i - 1].body);
  }
}

TEST_CASE("after a restart a misconfigured destination is probed when it would have been") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(401); });
  for (int i = 0; i < 20; ++i) w.add_lead();
  w.settle();
  const auto before = w.health();
  const auto sent = w.client.requests().size();
  REQUIRE(before.condition == Condition::misconfigured);
  w.clock.advance(1min);
  w.restart({{.name = "crm"}});
  w.settle();
  REQUIRE(w.health().condition == Condition::misconfigured);
  REQUIRE(w.health().since == before.since);
  REQUIRE(w.health().reason == before.reason);
  pass_slowly(w, 4min - 1s, 1s);
  REQUIRE(w.client.requests().size() == sent);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(1s);
  deliver_all(w);
  REQUIRE(w.count(State::delivered) == 20);
}

TEST_CASE("one lead that always gets 500 is dead after its budget, and the breaker never opens") {
  int others = 0;
  SECTION("among a thousand that succeed") { others = kMany; }
  SECTION("alone in the store") { others = 0; }
  WorkerFixture w;
  const test::CapturedLog log;
  w.client.on_send(odd_ones_get(500));
  for (int i = 0; i < others / 2; ++i) w.add_lead();
  const Uuid odd = w.add_lead("Odd");
  for (int i = others / 2; i < others; ++i) w.add_lead();
  deliver_all(w);
  pass_slowly(w, 24h * 12, 1h);
  REQUIRE(w.count(State::delivered) == others);
  REQUIRE(w.delivery(odd).state == State::dead);
  REQUIRE(w.delivery(odd).attempt_count == 24);
  REQUIRE(w.count(State::dead) == 1);
  REQUIRE(log.text().find("destination_down") == std::string::npos);
}

}  // namespace leadspool
