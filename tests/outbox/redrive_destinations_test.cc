// Redrives over several destinations: one that takes nothing holds up no other.
#include <chrono>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/redrive_room.h"
#include "outbox/watched_statements.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::RedriveState;
using test::StoreFixture;

const outbox::Order kAda{"ada", "it works again"};
const AttemptOutcome kRejected{.outcome = Outcome::rejected, .cause = "no last name"};
const AttemptOutcome kDelivered{.outcome = Outcome::delivered};
constexpr int kMostWaiting = 4;

// Six dead letters for "sick", and after them three for "crm".
struct TwoDestinations : StoreFixture {
  TwoDestinations() {
    for (int i = 0; i < 6; ++i) add_lead("One", "sick");
    for (int i = 0; i < 3; ++i) add_lead("One", "crm");
    for (const auto* name : {"sick", "crm"}) finish_all(name, kRejected);
    clock.advance(1ms);
  }

  void finish_all(const std::string& destination, const AttemptOutcome& outcome) {
    for (const auto& claim : claim(100, destination)) REQUIRE(finish(claim, outcome));
  }

  void make_sick(Condition condition) {
    doors.write_health("sick", {.condition = condition, .since = clock.now()},
                       [](const auto& failure) { REQUIRE_FALSE(failure); });
  }

  Uuid order(const outbox::NewRedrive& redrive) {
    return std::get<outbox::RedriveView>(redrives.order(redrive, kAda)).id;
  }

  outbox::RedriveStep step(const Uuid& id) {
    outbox::RedriveStep made;
    redrives.step(id, 100, kMostWaiting, clock.now(),
                  [&](auto result) { made = std::get<outbox::RedriveStep>(result); });
    return made;
  }

  // Until it has ended, or waits.
  outbox::RedriveStep carry_out(const Uuid& id) {
    for (int turn = 0; turn < 100; ++turn) {
      const auto made = step(id);
      if (made.ended || made.waits) return made;
    }
    FAIL("it goes on for ever");
    return {};
  }

  // How many of the leads for it are in `state`.
  int count(const std::string& destination, State state) {
    for (const auto& one : overview.status().deliveries) {
      if (one.destination == destination && one.state == state) return static_cast<int>(one.count);
    }
    return 0;
  }

  outbox::RedriveView view(const Uuid& id) { return overview.redrive(id).value(); }
};

}  // namespace

TEST_CASE("a destination that takes nothing now holds up no other") {
  TwoDestinations store;
  SECTION("down") { store.make_sick(Condition::down); }
  SECTION("misconfigured") { store.make_sick(Condition::misconfigured); }
  SECTION("paused") { static_cast<void>(store.corrections.pause("sick", kAda)); }
  const Uuid id = store.order({});
  REQUIRE(store.carry_out(id).ended);
  REQUIRE(store.count("sick", State::pending) == 6);
  REQUIRE(store.count("crm", State::pending) == 3);
  REQUIRE(store.view(id).state == RedriveState::done);
}

TEST_CASE("what waits at one that works holds back the rest, as always") {
  TwoDestinations store;
  const Uuid id = store.order({});
  REQUIRE(store.carry_out(id).waits);
  REQUIRE(store.count("sick", State::pending) == kMostWaiting);
  REQUIRE(store.count("crm", State::dead) == 3);

  // It breaks down while some of the redrive wait there.
  store.make_sick(Condition::down);
  REQUIRE(store.carry_out(id).ended);
  REQUIRE(store.count("crm", State::pending) == 3);
}

TEST_CASE("a redrive of one destination gives no more back than may wait, also while that takes nothing") {
  TwoDestinations store;
  static_cast<void>(store.corrections.pause("sick", kAda));
  const Uuid id = store.order({.filter = {.destination = "sick"}});
  REQUIRE(store.carry_out(id).waits);
  REQUIRE(store.count("sick", State::pending) == kMostWaiting);
  REQUIRE(store.carry_out(id).waits);
  static_cast<void>(store.corrections.resume("sick", kAda));
  store.finish_all("sick", kDelivered);
  REQUIRE(store.carry_out(id).ended);
  REQUIRE(store.view(id).redriven == 6);
}

TEST_CASE("dead letters of a destination that is not configured are neither counted nor taken") {
  TwoDestinations store;
  store.removed_destinations = {"sick"};
  REQUIRE(std::get<outbox::RedriveCount>(store.redrives.count({})).dead == 3);
  const Uuid id = store.order({});
  REQUIRE(store.view(id).total == 3);
  REQUIRE(store.carry_out(id).ended);
  REQUIRE(store.count("sick", State::dead) == 6);
  REQUIRE(store.count("crm", State::pending) == 3);
  REQUIRE(std::holds_alternative<outbox::NothingToRedrive>(
      store.redrives.order({.filter = {.destination = "sick"}}, kAda)));
}

TEST_CASE("a destination that is removed during a redrive holds up no other") {
  TwoDestinations store;
  const Uuid id = store.order({});
  REQUIRE(store.carry_out(id).waits);
  store.removed_destinations = {"sick"};
  REQUIRE(store.carry_out(id).ended);
  REQUIRE(store.count("sick", State::pending) == kMostWaiting);
  REQUIRE(store.count("sick", State::dead) == 6 - kMostWaiting);
  REQUIRE(store.count("crm", State::pending) == 3);
}

TEST_CASE("canaries are awaited wherever they wait") {
  TwoDestinations store;
  store.make_sick(Condition::down);
  const Uuid id = store.order({.canary = 2});
  REQUIRE(store.carry_out(id).waits);
  REQUIRE(store.carry_out(id).waits);
  REQUIRE(store.view(id).redriven == 2);
  store.finish_all("sick", kDelivered);
  REQUIRE(store.carry_out(id).ended);
  REQUIRE(store.view(id).redriven == 9);
}

TEST_CASE("how much of a redrive waits where nothing is sent does not matter to a step") {
  const auto steps_with = [](int waiting) {
    StoreFixture store;
    for (int i = 0; i < waiting; ++i) store.add_lead("One", "sick");
    for (const auto& claim : store.claim(waiting, "sick")) REQUIRE(store.finish(claim, kRejected));
    store.add_lead();
    for (const auto& claim : store.claim()) REQUIRE(store.finish(claim, kRejected));
    store.doors.write_health("sick", {.condition = Condition::down}, [](const auto&) {});
    const Uuid id = std::get<outbox::RedriveView>(store.redrives.order({}, kAda)).id;
    bool ended = false;
    store.redrives.step(id, 1'000, 100, store.clock.now(),
                        [&](auto result) { ended = std::get<outbox::RedriveStep>(result).ended; });
    REQUIRE(ended);

    outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
    const auto redrive = outbox::find_redrive_row(connection, id);
    const test::WatchedStatements watch(connection.database());
    REQUIRE(outbox::is_any_on_its_way(connection, redrive->number));
    REQUIRE(outbox::room_for(connection, *redrive, 100, [](const auto&) { return true; }) == 99);
    for (const auto& sql : watch.seen()) {
      if (sql.find("FROM destination") != std::string::npos) continue;
      const auto plan = test::WatchedStatements::plan_of(connection.database(), sql);
      INFO(sql << "\n" << plan);
      REQUIRE(plan.find("COVERING INDEX delivery_by_redrive") != std::string::npos);
    }
    return watch.steps();
  };
  REQUIRE(steps_with(90) == steps_with(5));
}

}  // namespace leadspool
