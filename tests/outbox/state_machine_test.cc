// The state machine stands in three places: is_legal(), the SQL of the doors, and the schema's CHECKs and
// triggers. Here every (state, transition) pair is walked through all three, and they must agree.
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>

#include "lead/transition.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;

// Tries the transition through the door that makes it; what became of the delivery tells whether it took
// place.
void attempt_transition(StoreFixture& store, const StoreFixture::Placed& placed, TransitionName name) {
  const outbox::Order order{"tester", "because"};
  // Forced on the row as the worker's SQL would do it, without asking decide() first.
  const auto finish_as = [&](TransitionName forced, State to) {
    Transition transition{forced, to, std::nullopt, {}, false};
    if (to == State::pending) transition.due_at = store.clock.now();
    if (to == State::dead) transition.cause = "cause";
    Attempt attempt;
    attempt.number = placed.claim.delivery.attempt_count + 1;
    attempt.started_at = store.clock.now();
    store.doors.finish(placed.claim, transition, attempt, {}, store.clock.now(), [](auto) {});
  };
  switch (name) {
    case TransitionName::accept:
      break;
    case TransitionName::claim:
      static_cast<void>(store.claim());
      break;
    case TransitionName::deliver:
      finish_as(name, State::delivered);
      break;
    case TransitionName::retry:
      finish_as(name, State::pending);
      break;
    case TransitionName::bury:
      finish_as(name, State::dead);
      break;
    case TransitionName::unclaim:
      store.doors.unclaim(placed.claim.claim_id, placed.claim.delivery_id, "shutdown", store.clock.now(),
                          [](const auto&) {});
      break;
    case TransitionName::expire:
      store.expire();
      break;
    case TransitionName::release:
      static_cast<void>(store.corrections.release(placed.lead, {}, order));
      break;
    case TransitionName::redrive:
      static_cast<void>(store.corrections.redrive(placed.lead, {}, order));
      break;
    case TransitionName::discard:
      static_cast<void>(store.corrections.discard(placed.lead, {}, order));
      break;
  }
}

bool is_legal_to_any(State from, TransitionName name) {
  for (const auto to : kStates) {
    if (is_legal(from, name, to)) return true;
  }
  return false;
}

// The row as the schema wants it in each state.
const std::map<State, std::string> kShapes{
    {State::pending, "due_at = 1, claim_id = NULL, lease_until = NULL, held_reason = NULL, cause = NULL"},
    {State::claimed, "due_at = NULL, claim_id = 7, lease_until = 9, held_reason = NULL, cause = NULL"},
    {State::delivered,
     "due_at = NULL, claim_id = NULL, lease_until = NULL, held_reason = NULL, cause = NULL"},
    {State::dead, "due_at = NULL, claim_id = NULL, lease_until = NULL, held_reason = NULL, cause = 'c'"},
    {State::held, "due_at = NULL, claim_id = NULL, lease_until = NULL, held_reason = 'h', cause = NULL"},
    {State::discarded,
     "due_at = NULL, claim_id = NULL, lease_until = NULL, held_reason = NULL, cause = NULL"},
};

bool schema_lets(const std::string& path, State to) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE);
  try {
    raw.exec("UPDATE delivery SET state = '" + std::string(to_string(to)) + "', " + kShapes.at(to));
    return true;
  } catch (const SQLite::Exception&) {
    return false;
  }
}

}  // namespace

TEST_CASE("the doors make exactly the transitions that is_legal() allows") {
  for (const auto from : kStates) {
    for (const auto name : kTransitionNames) {
      StoreFixture store;
      const auto placed = store.place(from);
      REQUIRE(store.delivery(placed.lead).state == from);
      attempt_transition(store, placed, name);
      const State now = store.delivery(placed.lead).state;
      INFO(to_string(from) << " --" << to_string(name) << "--> " << to_string(now));
      if (is_legal_to_any(from, name)) {
        REQUIRE(is_legal(from, name, now));
      } else {
        REQUIRE(now == from);
      }
    }
  }
}

TEST_CASE("the schema lets a row change state exactly where some transition leads") {
  for (const auto from : kStates) {
    for (const auto to : kStates) {
      StoreFixture store;
      store.place(from);
      bool some_transition = false;
      for (const auto name : kTransitionNames) some_transition = some_transition || is_legal(from, name, to);
      INFO(to_string(from) << " -> " << to_string(to));
      REQUIRE(schema_lets(store.path, to) == some_transition);
    }
  }
}

TEST_CASE("the schema refuses a row that is in no state's shape") {
  StoreFixture store;
  store.place(State::pending);
  // Without the trigger, so that it is the CHECKs alone that refuse.
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  raw.exec("DROP TRIGGER delivery_changes_state_by_a_named_transition");
  const auto set = [&](State state, const std::string& shape) {
    raw.exec("UPDATE delivery SET state = '" + std::string(to_string(state)) + "', " + shape);
  };
  for (const auto& [state, shape] : kShapes) {
    REQUIRE_NOTHROW(set(state, shape));
    for (const auto& [other, other_shape] : kShapes) {
      // discarded keeps what it had of a cause or a reason, so it shares shapes with dead and held.
      if (shape == other_shape || state == State::discarded) continue;
      INFO(to_string(state) << " in the shape of " << to_string(other));
      REQUIRE_THROWS_AS(set(state, other_shape), SQLite::Exception);
    }
  }
}

TEST_CASE("no history can be changed, and no lead either, not even by hand") {
  StoreFixture store;
  const auto placed = store.place(State::dead);
  static_cast<void>(store.corrections.redrive(placed.lead, {}, {"tester", "mended"}));
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  for (const char* change :
       {"UPDATE attempt SET outcome = 'delivered'", "DELETE FROM attempt", "UPDATE audit SET actor = 'x'",
        "DELETE FROM audit", "UPDATE lead SET payload = x'00'", "UPDATE lead SET received_at = 0",
        "UPDATE delivery SET attempt_count = 0", "UPDATE delivery SET budget_spent = 5",
        "INSERT INTO delivery (lead_number, destination, state, state_since) VALUES (1, 'x', 'delivered', "
        "1)"}) {
    INFO(change);
    REQUIRE_THROWS_AS(raw.exec(change), SQLite::Exception);
  }
}

}  // namespace leadspool
