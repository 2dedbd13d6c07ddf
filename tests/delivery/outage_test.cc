// A destination that is away for a while, by its own fault or by its wish.
#include <map>
#include <set>

#include "delivery/worker_fixture.h"
#include "support/captured_log.h"
#include "support/catch.h"

namespace leadspool {

using namespace std::chrono_literals;
using test::answer;
using test::refused;
using test::WorkerFixture;

namespace {

constexpr int kMany = 1'000;

http::ClientResult throttled(const std::string& retry_after, int status = 429) {
  return http::ClientAnswer{.status = status, .headers = {{"Retry-After", retry_after}}};
}

std::string key_of(const http::ClientRequest& request) {
  return std::string(http::find_header(request.headers, "Idempotency-Key"));
}

}  // namespace

TEST_CASE(
    "after three days down a thousand leads are delivered within one probe interval, the oldest first") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  std::map<std::string, int> age;  // place among the leads, by key
  const auto add = [&](int count) {
    for (int i = 0; i < count; ++i) {
      const auto place = static_cast<int>(age.size());
      age[to_string(w.add_lead())] = place;
      w.clock.advance(1ms);
    }
    w.worker->wake();
  };
  add(kMany / 2);
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  for (int half_hours = 0; half_hours < 3 * 48; ++half_hours) {
    if (half_hours < 100) add(5);
    for (const auto wait : {10min, 10min, 10min}) {
      w.clock.advance(wait);
      w.settle(6);
    }
  }
  REQUIRE(w.count(State::pending) == kMany);
  // One probe at a time, ten minutes apart, each another lead.
  REQUIRE(w.client.requests().size() < 16 + 3 * 24 * 6 + 10);
  std::set<std::string> tried;
  for (const auto& request : w.client.requests()) tried.insert(key_of(request));
  REQUIRE(tried.size() > 400);

  // As the CRM sees it: how many at once, and in which order.
  const auto before = w.client.requests().size();
  w.client.on_send(nullptr);
  w.clock.advance(10min);
  std::size_t answered = before;
  for (int rounds = 0; rounds < 300; ++rounds) {
    w.settle(4);
    const auto sent = w.client.requests().size();
    const auto in_flight = static_cast<int>(sent - answered);
    REQUIRE(in_flight <= std::min(16, 1 << std::min(rounds, 10)));
    while (answered < sent) w.client.answer(answered++, answer(200));
  }
  REQUIRE(w.count(State::delivered) == kMany);
  REQUIRE(w.client.requests().size() == before + kMany);
  // The probe is the one lead that may be out of order.
  for (std::size_t i = before + 2; i < w.client.requests().size(); ++i) {
    REQUIRE(age[key_of(w.client.requests()[i - 1])] < age[key_of(w.client.requests()[i])]);
  }
}

TEST_CASE("what goes wrong while a destination is down is counted against no lead") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 20; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  w.client.on_send([](const auto&) { return answer(500); });
  for (int hours = 0; hours < 24 * 30; ++hours) w.pass(1h);
  REQUIRE(w.count(State::pending) == 20);
  for (const auto& listed : w.reader.list({}, 100, std::nullopt).leads) {
    for (const auto& attempt : w.delivery(listed.lead.id).attempts) REQUIRE_FALSE(attempt.counted);
  }
}

TEST_CASE("a probe that was under way when the destination came back counts against no lead") {
  WorkerFixture w;
  for (int i = 0; i < 11; ++i) w.add_lead();
  w.settle();
  for (std::size_t i = 0; i < 10; ++i) w.client.answer(i, refused());
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  w.client.answer(10, answer(200));
  w.settle();
  REQUIRE(w.health().condition == Condition::working);
  REQUIRE(w.client.requests().size() == 12);
  // The eleventh's late answer proved it well before the first repeat had an answer of its own.
  w.client.answer(11, answer(500));
  w.settle();
  int counted = 0;
  for (const auto& listed : w.reader.list({}, 100, std::nullopt).leads) {
    for (const auto& attempt : w.delivery(listed.lead.id).attempts) counted += attempt.counted ? 1 : 0;
  }
  REQUIRE(counted == 1);
}

TEST_CASE("after 429 with Retry-After 7 nothing is sent for seven seconds, then all goes on") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 4}};
  w.client.on_send([](const auto&) { return throttled("7"); });
  for (int i = 0; i < 40; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 4);
  REQUIRE(w.health().condition == Condition::working);
  REQUIRE(w.health().next_probe == w.clock.now() + 7s);
  w.client.on_send([](const auto&) { return answer(200); });
  for (int seconds = 0; seconds < 6; ++seconds) {
    w.pass(1s);
    w.add_lead();
    w.worker->wake();
  }
  w.pass(999ms);
  REQUIRE(w.client.requests().size() == 4);
  w.pass(1ms);
  REQUIRE(w.client.requests().size() > 4);
  w.pass(2s);
  w.settle();
  REQUIRE(w.count(State::delivered) == 46);
}

TEST_CASE("a claim that was on its way when a Retry-After came is given back") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 2}};
  w.add_lead();
  w.settle();
  const Uuid second = w.add_lead();
  w.worker->wake();
  w.client.answer(0, throttled("60"));
  w.worker->run_once(0ms);
  REQUIRE(w.delivery(second).state == State::claimed);
  w.settle();
  REQUIRE(w.client.requests().size() == 1);
  REQUIRE(w.delivery(second).state == State::pending);
  REQUIRE(w.delivery(second).attempt_count == 0);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(1min);
  REQUIRE(w.delivery(second).state == State::delivered);
}

TEST_CASE("after a restart a destination that was down is probed when it would have been") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 20; ++i) w.add_lead();
  w.settle();
  w.pass(30s);
  const auto before = w.health();
  REQUIRE(before.condition == Condition::down);
  const auto sent = w.client.requests().size();
  w.clock.advance(20s);
  w.restart({{.name = "crm"}});
  w.settle();
  const auto after = w.health();
  REQUIRE(after.condition == Condition::down);
  REQUIRE(after.since == before.since);
  REQUIRE(after.next_probe == before.next_probe);
  REQUIRE(after.reason == before.reason);
  w.pass(39s);
  REQUIRE(w.client.requests().size() == sent);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(1s);
  w.settle();
  REQUIRE(w.count(State::delivered) == 20);
}

TEST_CASE("after a restart a Retry-After still holds") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 1}};
  w.client.on_send([](const auto&) { return throttled("120", 503); });
  for (int i = 0; i < 3; ++i) w.add_lead();
  w.settle();
  w.client.on_send([](const auto&) { return answer(200); });
  w.restart({{.name = "crm"}});
  w.pass(119s);
  REQUIRE(w.client.requests().size() == 1);
  w.pass(1s);
  w.settle();
  REQUIRE(w.count(State::delivered) >= 2);
}

TEST_CASE("that a destination went down is remembered, and of one that was always well nothing is") {
  WorkerFixture w;
  w.settle();
  REQUIRE(w.overview.destinations().empty());
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 10; ++i) w.add_lead();
  w.worker->wake();
  w.settle();
  const auto known = w.overview.destinations();
  REQUIRE(known.size() == 1);
  REQUIRE(known[0].record.health.condition == Condition::down);
}

TEST_CASE("that a destination went down and came back is told in the log, with the reason") {
  WorkerFixture w;
  const test::CapturedLog log;
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 10; ++i) w.add_lead();
  w.settle();
  REQUIRE(log.text().find("destination_down") != std::string::npos);
  REQUIRE(log.text().find("connection refused") != std::string::npos);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(30s);
  REQUIRE(log.text().find("destination_came_back") != std::string::npos);
}

}  // namespace leadspool
