// How many are in flight, of which kind, how fast they begin, and how long their claims last.
#include "delivery/worker_fixture.h"
#include "support/catch.h"

namespace leadspool {

using namespace std::chrono_literals;
using test::answer;
using test::WorkerFixture;

namespace {

// Leads that were tried once, and whose next try is due.
void add_tried(WorkerFixture& w, int count) {
  w.client.on_send([](const auto&) { return answer(500); });
  for (int i = 0; i < count; ++i) {
    w.add_lead("Again");
    // Sensible answers in between keep the breaker closed.
    if (i % 5 == 4) w.add_lead("Well");
  }
  w.client.on_send([](const http::ClientRequest& request) {
    return answer(request.body.find("Again") == std::string::npos ? 200 : 500);
  });
  w.worker->wake();
  w.settle();
  w.client.on_send(nullptr);
  w.clock.advance(10s);
}

int waiting(const WorkerFixture& w, const std::string& name) {
  int count = 0;
  for (std::size_t i = 0; i < w.client.requests().size(); ++i) {
    if (w.client.is_waiting(i) && w.client.requests()[i].body.find(name) != std::string::npos) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("repeats take half of the slots at most, and new leads find the others free") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 8}};
  add_tried(w, 20);
  w.settle();
  REQUIRE(waiting(w, "Again") == 4);
  for (int i = 0; i < 10; ++i) w.add_lead("New");
  w.worker->wake();
  w.settle();
  REQUIRE(waiting(w, "Again") == 4);
  REQUIRE(waiting(w, "New") == 4);
}

TEST_CASE("a slot that a repeat frees goes to the next repeat") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 2}};
  add_tried(w, 4);
  for (int round = 0; round < 4; ++round) {
    w.settle();
    REQUIRE(waiting(w, "Again") == 1);
    for (std::size_t i = 0; i < w.client.requests().size(); ++i) {
      if (w.client.is_waiting(i)) w.client.answer(i, answer(200));
    }
  }
  w.settle();
  REQUIRE(waiting(w, "Again") == 0);
  REQUIRE(w.count(State::pending) == 0);
}

TEST_CASE("when what an outage held up has had its turn, half of the slots are for first tries again") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 8}};
  w.client.on_send([](const auto&) { return test::refused(); });
  for (int i = 0; i < 40; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(30s);
  w.settle();
  REQUIRE(w.count(State::delivered) == 40);
  add_tried(w, 20);
  w.settle();
  REQUIRE(waiting(w, "Again") == 4);
}

TEST_CASE("where there is one slot only, a repeat may have it") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 1}};
  add_tried(w, 1);
  w.settle();
  REQUIRE(waiting(w, "Again") == 1);
}

TEST_CASE("first tries may have all the slots") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 8}};
  for (int i = 0; i < 20; ++i) w.add_lead("New");
  w.settle();
  REQUIRE(waiting(w, "New") == 8);
}

TEST_CASE("no more attempts begin than the rate allows, and all that are due get their turn") {
  WorkerFixture w{{.name = "crm", .rate_per_second = 5}};
  w.client.on_send([](const auto&) { return answer(200); });
  for (int i = 0; i < 50; ++i) w.add_lead();
  w.settle();
  const auto at_first = w.client.requests().size();
  REQUIRE(at_first <= 5);
  for (std::size_t seconds = 1; seconds <= 5; ++seconds) {
    for (int steps = 0; steps < 10; ++steps) w.pass(100ms);
    REQUIRE(w.client.requests().size() == at_first + 5 * seconds);
  }
  w.clock.set_by(-1h);
  for (int steps = 0; steps < 100; ++steps) w.pass(100ms);
  REQUIRE(w.count(State::delivered) == 50);
}

TEST_CASE("a rate that was lifted holds nothing back any more") {
  WorkerFixture w{{.name = "crm", .rate_per_second = 0.1}};
  w.client.on_send([](const auto&) { return answer(200); });
  for (int i = 0; i < 20; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 1);
  w.reconfigure({{.name = "crm"}});
  w.settle();
  REQUIRE(w.client.requests().size() == 20);
}

TEST_CASE("the lease of what is in flight is extended for as long as that takes") {
  WorkerFixture w{{.name = "crm", .lease = 2min}};
  const Uuid lead = w.add_lead();
  for (int minutes = 0; minutes < 30; ++minutes) {
    w.pass(1min);
    // Another process would not find it lapsed.
    REQUIRE(w.expire(w.clock.now()) == 0);
  }
  w.client.answer(0, answer(200));
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.delivery(lead).attempts.size() == 1);
}

}  // namespace leadspool
