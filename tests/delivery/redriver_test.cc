// The redriver by itself: a real store, and a test in the place of the worker's loop.
#include "delivery/redriver.h"

#include <chrono>

#include "delivery/worker_fixture.h"
#include "support/catch.h"
#include "support/store_fixture.h"

using namespace leadspool;
using namespace leadspool::test;
using namespace std::chrono_literals;
using outbox::RedriveState;

namespace {

const outbox::Order kAda{"ada", ""};

struct RedriverFixture : StoreFixture {
  RedriverFixture() { start(); }

  // As after a restart: nothing but the store is left.
  void start() {
    redriver.reset();
    inbox.emplace(wake, clock);
    redriver.emplace(redrives, *inbox, clock, wake, [this] { ++told_due; });
  }

  // All that happens without time passing; how many rounds it took.
  int settle() {
    for (int round = 1; round <= 1'000; ++round) {
      inbox->run_all();
      redriver->advance(false);
      const auto look = redriver->next_look();
      const bool is_quiet = redriver->is_idle() && (!look || *look > clock.steady_now());
      if (is_quiet && inbox->until_next() != Milliseconds{0}) return round;
    }
    FAIL("it never comes to rest");
    return 0;
  }

  void pass(Milliseconds span) {
    clock.advance(span);
    settle();
  }

  void add_dead(int count) {
    for (int i = 0; i < count; ++i) add_lead();
    finish_all({.outcome = Outcome::rejected, .cause = "no last name"});
    clock.advance(1ms);
  }

  void finish_all(const AttemptOutcome& outcome) {
    for (const auto& claim : claim(10'000)) REQUIRE(finish(claim, outcome));
  }

  // Ordered, and the redriver told of it.
  Uuid order(const outbox::NewRedrive& redrive) {
    const Uuid id = std::get<outbox::RedriveView>(redrives.order(redrive, kAda)).id;
    redriver->look();
    settle();
    return id;
  }

  outbox::RedriveView view(const Uuid& id) { return overview.redrive(id).value(); }

  WakeSignal wake;
  std::optional<delivery::Inbox> inbox;
  std::optional<delivery::Redriver> redriver;
  int told_due = 0;
};

}  // namespace

TEST_CASE("without an open redrive the redriver waits until it is told") {
  RedriverFixture fixture;
  fixture.settle();
  REQUIRE_FALSE(fixture.redriver->next_look());
  REQUIRE_FALSE(fixture.inbox->until_next());
  REQUIRE(fixture.redriver->is_idle());
}

TEST_CASE("a redrive without a rate goes on as fast as its deliveries end") {
  RedriverFixture fixture;
  fixture.add_dead(700);
  const Uuid id = fixture.order({});
  REQUIRE(fixture.view(id).redriven == delivery::Redriver::kMostWaiting);
  REQUIRE(fixture.told_due > 0);
  fixture.pass(200ms);
  REQUIRE(fixture.view(id).redriven == delivery::Redriver::kMostWaiting);
  fixture.finish_all({.outcome = Outcome::delivered});
  fixture.pass(200ms);
  REQUIRE(fixture.view(id).state == RedriveState::done);
  REQUIRE(fixture.view(id).redriven == 700);
  REQUIRE_FALSE(fixture.redriver->next_look());
}

TEST_CASE("the rate is kept, also one below one a second") {
  RedriverFixture fixture;
  fixture.add_dead(40);
  SECTION("five a second") {
    const Uuid id = fixture.order({.rate_per_second = 5});
    REQUIRE(fixture.view(id).redriven == 1);
    fixture.pass(199ms);
    REQUIRE(fixture.view(id).redriven == 1);
    fixture.pass(1ms);
    REQUIRE(fixture.view(id).redriven == 2);
    for (int i = 0; i < 10; ++i) fixture.pass(200ms);
    REQUIRE(fixture.view(id).redriven == 12);
  }
  SECTION("one in five seconds") {
    const Uuid id = fixture.order({.rate_per_second = 0.2});
    REQUIRE(fixture.view(id).redriven == 1);
    REQUIRE(fixture.redriver->next_look() == fixture.clock.steady_now() + 5s);
    fixture.pass(4'999ms);
    REQUIRE(fixture.view(id).redriven == 1);
    fixture.pass(1ms);
    REQUIRE(fixture.view(id).redriven == 2);
  }
  SECTION("however often it is told to look") {
    const Uuid id = fixture.order({.rate_per_second = 1});
    for (int i = 0; i < 100; ++i) {
      fixture.redriver->look();
      fixture.pass(9ms);
    }
    REQUIRE(fixture.view(id).redriven == 1);
  }
  SECTION("a wall clock that is set changes nothing") {
    const Uuid id = fixture.order({.rate_per_second = 1});
    fixture.clock.set_by(24h);
    fixture.pass(1s);
    REQUIRE(fixture.view(id).redriven == 2);
  }
}

TEST_CASE("two redrives each keep their own rate") {
  RedriverFixture fixture;
  fixture.add_dead(40);
  const Uuid slow = fixture.order({.rate_per_second = 0.5});
  const Uuid fast = fixture.order({.rate_per_second = 10});
  for (int i = 0; i < 20; ++i) fixture.pass(100ms);
  REQUIRE(fixture.view(slow).redriven == 2);
  REQUIRE(fixture.view(fast).redriven == 21);
}

TEST_CASE("the end of the canaries is noticed without being told") {
  RedriverFixture fixture;
  fixture.add_dead(10);
  const Uuid id = fixture.order({.canary = 2});
  REQUIRE(fixture.view(id).redriven == 2);
  REQUIRE(fixture.redriver->next_look() == fixture.clock.steady_now() + 200ms);
  fixture.pass(200ms);
  REQUIRE(fixture.view(id).state == RedriveState::canary);
  SECTION("well") {
    fixture.finish_all({.outcome = Outcome::delivered});
    fixture.pass(200ms);
    REQUIRE(fixture.view(id).redriven == 10);
    REQUIRE(fixture.view(id).state == RedriveState::done);
  }
  SECTION("badly") {
    fixture.finish_all({.outcome = Outcome::rejected, .cause = "no e-mail"});
    fixture.pass(200ms);
    REQUIRE(fixture.view(id).redriven == 2);
    REQUIRE(fixture.view(id).state == RedriveState::stopped);
  }
  REQUIRE_FALSE(fixture.redriver->next_look());
}

TEST_CASE("after a restart a redrive goes on where it was") {
  RedriverFixture fixture;
  fixture.add_dead(10);
  const Uuid id = fixture.order({.rate_per_second = 2});
  REQUIRE(fixture.view(id).redriven == 1);
  SECTION("between two steps") { fixture.start(); }
  SECTION("in the middle of one") {
    fixture.clock.advance(500ms);
    fixture.redriver->advance(false);
    REQUIRE_FALSE(fixture.redriver->is_idle());
    fixture.inbox->forget_all();
    fixture.redriver->give_up();
    fixture.start();
  }
  fixture.settle();
  // At most one more than the rate allows.
  REQUIRE(fixture.view(id).redriven == 2);
  for (int i = 0; i < 8; ++i) fixture.pass(500ms);
  REQUIRE(fixture.view(id).redriven == 10);
  REQUIRE(fixture.view(id).state == RedriveState::done);
}

TEST_CASE("a redriver that is to stop begins nothing new") {
  RedriverFixture fixture;
  fixture.add_dead(1);
  const Uuid id = std::get<outbox::RedriveView>(fixture.redrives.order({}, kAda)).id;
  for (int round = 0; round < 10; ++round) {
    fixture.inbox->run_all();
    fixture.redriver->advance(true);
  }
  REQUIRE(fixture.redriver->is_idle());
  REQUIRE(fixture.view(id).redriven == 0);
}

TEST_CASE("the worker looks for redrives at its start and when one was ordered, not at each lead") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(422); });
  for (int i = 0; i < 3; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.count(State::dead) == 3);
  w.client.on_send([](const auto&) { return answer(200); });
  w.clock.advance(1ms);
  REQUIRE(std::holds_alternative<outbox::RedriveView>(w.redrives.order({}, kAda)));
  w.add_lead();
  w.worker->wake();
  w.settle();
  REQUIRE(w.count(State::delivered) == 1);
  REQUIRE(w.count(State::dead) == 3);
  SECTION("when it was ordered") { w.worker->redrive_ordered(); }
  SECTION("at its start") { w.restart({{.name = "crm"}}); }
  w.settle();
  REQUIRE(w.count(State::delivered) == 4);
}
