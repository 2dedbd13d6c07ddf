// A person's pause and resume.
#include "delivery/worker_fixture.h"
#include "support/catch.h"

namespace leadspool {

using namespace std::chrono_literals;
using test::answer;
using test::refused;
using test::WorkerFixture;

namespace {

const outbox::Order kAda{"ada", "the CRM moves house"};

void pause(WorkerFixture& w, const std::string& destination = "crm") {
  static_cast<void>(w.corrections.pause(destination, kAda));
}

void resume(WorkerFixture& w, const std::string& destination = "crm") {
  static_cast<void>(w.corrections.resume(destination, {"ada", "it has moved"}));
}

}  // namespace

TEST_CASE("nothing is sent to a destination that a person paused, and all of it after the resume") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  pause(w);
  w.settle();
  REQUIRE(w.health().pause->by == "ada");
  REQUIRE(w.health().pause->reason == "the CRM moves house");
  for (int i = 0; i < 20; ++i) w.add_lead();
  for (int days = 0; days < 7; ++days) {
    w.worker->wake();
    w.pass(24h);
  }
  REQUIRE(w.client.requests().empty());
  REQUIRE(w.count(State::pending) == 20);
  resume(w);
  w.settle();
  REQUIRE_FALSE(w.health().pause);
  REQUIRE(w.count(State::delivered) == 20);
}

TEST_CASE("a pause holds back one destination alone") {
  WorkerFixture w{{.name = "crm"}, {.name = "other"}};
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  pause(w);
  const Uuid held = w.add_lead();
  const Uuid free = w.add_lead("One", "other");
  w.worker->wake();
  w.settle();
  REQUIRE(w.delivery(held).state == State::pending);
  REQUIRE(w.delivery(free).state == State::delivered);
}

TEST_CASE("a pause outlives a restart") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  pause(w);
  w.add_lead();
  w.restart({{.name = "crm"}});
  w.pass(1h);
  REQUIRE(w.client.requests().empty());
  REQUIRE(w.health().pause);
  resume(w);
  w.settle();
  REQUIRE(w.count(State::delivered) == 1);
}

TEST_CASE("what is in flight when a person pauses comes to its end, and is not repeated before the resume") {
  WorkerFixture w;
  const Uuid ends_well = w.add_lead();
  const Uuid ends_badly = w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 2);
  pause(w);
  w.settle();
  w.client.answer(0, answer(200));
  w.client.answer(1, answer(503));
  w.pass(1h);
  REQUIRE(w.delivery(ends_well).state == State::delivered);
  REQUIRE(w.delivery(ends_badly).state == State::pending);
  REQUIRE(w.delivery(ends_badly).attempt_count == 1);
  REQUIRE(w.client.requests().size() == 2);
  w.client.on_send([](const auto&) { return answer(200); });
  resume(w);
  w.settle();
  REQUIRE(w.delivery(ends_badly).state == State::delivered);
}

TEST_CASE("a claim that was on its way when a person paused is given back untried") {
  WorkerFixture w;
  w.settle();
  const Uuid lead = w.add_lead();
  w.worker->wake();
  w.worker->run_once(0ms);
  REQUIRE(w.delivery(lead).state == State::claimed);
  pause(w);
  w.settle();
  REQUIRE(w.client.requests().empty());
  REQUIRE(w.delivery(lead).state == State::pending);
  REQUIRE(w.delivery(lead).attempt_count == 0);
}

TEST_CASE("a destination that a person resumed gets one lead at first, and more as it answers") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 8}};
  w.settle();
  pause(w);
  for (int i = 0; i < 30; ++i) w.add_lead();
  w.settle();
  resume(w);
  std::size_t answered = 0;
  for (const std::size_t at_once : {1u, 2u, 4u, 8u, 8u}) {
    w.settle();
    REQUIRE(w.client.requests().size() - answered == at_once);
    while (answered < w.client.requests().size()) w.client.answer(answered++, answer(200));
  }
}

TEST_CASE("a person's resume ends an outage at once, and what waited does not wait any longer") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 30; ++i) w.add_lead();
  for (int hours = 0; hours < 48; ++hours) w.pass(1h);
  REQUIRE(w.health().condition == Condition::down);
  w.client.on_send([](const auto&) { return answer(200); });
  resume(w);
  w.settle();
  REQUIRE(w.health().condition == Condition::working);
  REQUIRE(w.count(State::delivered) == 30);
}

TEST_CASE("what the worker learned before a person spoke does not overrule the person") {
  WorkerFixture w;
  for (int i = 0; i < 12; ++i) w.add_lead();
  w.settle();
  pause(w);
  w.settle();
  // Late answers from before the pause open the breaker behind the person's back.
  for (std::size_t i = 0; i < 12; ++i) w.client.answer(i, refused());
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  REQUIRE(w.health().pause);
  w.client.on_send([](const auto&) { return answer(200); });
  resume(w);
  w.settle();
  REQUIRE(w.health().condition == Condition::working);
  REQUIRE(w.count(State::delivered) == 12);
  REQUIRE(w.overview.destinations().at(0).record.health.condition == Condition::working);
}

TEST_CASE("a pause ordered while no worker ran holds from the start") {
  WorkerFixture w;
  pause(w);
  w.restart({{.name = "crm"}});
  w.client.on_send([](const auto&) { return answer(200); });
  w.add_lead();
  REQUIRE(w.worker->health().empty());
  w.pass(1min);
  REQUIRE(w.client.requests().empty());
}

TEST_CASE("a pause that was ordered while a destination was not configured holds when it is back") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  w.reconfigure({});
  w.settle();
  pause(w);
  w.add_lead();
  w.reconfigure({{.name = "crm"}});
  w.pass(1min);
  REQUIRE(w.client.requests().empty());
  resume(w);
  w.settle();
  REQUIRE(w.count(State::delivered) == 1);
}

}  // namespace leadspool
