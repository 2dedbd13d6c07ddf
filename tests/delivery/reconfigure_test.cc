// Destinations that change, go and come back while the worker works.
#include <map>
#include <thread>

#include "delivery/instant_client.h"
#include "delivery/worker_fixture.h"
#include "support/catch.h"

namespace leadspool {

using namespace std::chrono_literals;
using delivery::Worker;
using test::answer;
using test::refused;
using test::WorkerFixture;

namespace {

bool goes_to(const http::ClientRequest& request, const std::string& host) {
  return request.url.find("//" + host + ".") != std::string::npos;
}

std::vector<std::string> names(const Worker& worker) {
  std::vector<std::string> all;
  for (const auto& [name, health] : worker.health()) all.push_back(name);
  return all;
}

// When each delivery that waits is due.
std::map<Uuid, std::optional<Time>> due_times(WorkerFixture& w) {
  std::map<Uuid, std::optional<Time>> all;
  for (const auto& listed : w.reader.list({}, 100, std::nullopt).leads) {
    const auto& delivery = listed.deliveries.at(0);
    if (delivery.state == State::pending) all[listed.lead.id] = delivery.next_attempt_at;
  }
  return all;
}

// Ten leads that were refused have opened the breaker; one more is still being tried, as the request
// returned.
std::size_t open_with_one_in_flight(WorkerFixture& w) {
  for (int i = 0; i < 11; ++i) w.add_lead();
  w.settle();
  for (std::size_t i = 0; i < 10; ++i) w.client.answer(i, refused());
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  REQUIRE(w.client.requests().size() == 11);
  return 10;
}

}  // namespace

TEST_CASE("an attempt in flight ends by the settings it began with, and the next one has the new ones") {
  WorkerFixture w{{.name = "crm", .host = "old", .retry = {.schedule = {5s}}}};
  const Uuid lead = w.add_lead();
  w.settle();
  w.reconfigure({{.name = "crm", .host = "new", .retry = {.schedule = {1h}}}});
  w.settle();
  w.client.answer(0, answer(500));
  w.settle();
  REQUIRE(goes_to(w.client.requests()[0], "old"));
  REQUIRE(w.delivery(lead).attempt_count == 1);
  REQUIRE(w.delivery(lead).next_attempt_at <= w.clock.now() + 6s);
  w.pass(6s);
  REQUIRE(w.client.requests().size() == 2);
  REQUIRE(goes_to(w.client.requests()[1], "new"));
  w.client.answer(1, answer(500));
  w.settle();
  REQUIRE(w.delivery(lead).next_attempt_at >= w.clock.now() + 48min);
}

TEST_CASE("what was claimed and not begun is tried with the new settings") {
  WorkerFixture w{{.name = "crm", .host = "old"}};
  w.add_lead();
  w.settle();
  w.add_lead();
  w.worker->wake();
  w.worker->run_once(0ms);
  REQUIRE(w.client.requests().size() == 1);
  REQUIRE(w.count(State::claimed) == 2);
  w.reconfigure({{.name = "crm", .host = "new"}});
  w.settle();
  REQUIRE(w.client.requests().size() == 2);
  REQUIRE(goes_to(w.client.requests()[1], "new"));
}

TEST_CASE("more in flight are allowed at once, and fewer as soon as they have ended") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 1}};
  for (int i = 0; i < 6; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 1);
  w.reconfigure({{.name = "crm", .max_in_flight = 3}});
  w.settle();
  REQUIRE(w.client.requests().size() == 3);
  w.reconfigure({{.name = "crm", .max_in_flight = 1}});
  w.settle();
  for (const std::size_t index : {0u, 1u}) {
    w.client.answer(index, answer(200));
    w.settle();
    REQUIRE(w.client.requests().size() == 3);
  }
  w.client.answer(2, answer(200));
  w.settle();
  REQUIRE(w.client.requests().size() == 4);
}

TEST_CASE("a claim's lease is the one that was set when it was made") {
  WorkerFixture w{{.name = "crm", .lease = 2min}};
  w.settle();
  w.reconfigure({{.name = "crm", .lease = 10min}});
  w.settle();
  w.add_lead();
  w.worker->wake();
  w.settle();
  REQUIRE(w.count(State::claimed) == 1);
  REQUIRE(w.expire(w.clock.now() + 9min) == 0);
  REQUIRE(w.expire(w.clock.now() + 11min) == 1);
}

TEST_CASE("a destination that stays is looked at anew without being told of a lead") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  const Uuid lead = w.add_lead();
  w.settle();
  REQUIRE(w.delivery(lead).state == State::pending);
  w.reconfigure({{.name = "crm"}});
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
}

TEST_CASE("a destination that stays keeps its breaker and the time of its probe") {
  WorkerFixture w{{.name = "crm", .host = "old"}};
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 10; ++i) w.add_lead();
  w.settle();
  const auto before = w.health();
  REQUIRE(before.condition == Condition::down);
  w.reconfigure({{.name = "crm", .host = "new"}});
  w.settle();
  const auto after = w.health();
  REQUIRE(after.condition == Condition::down);
  REQUIRE(after.next_probe == before.next_probe);
  REQUIRE(after.reason == before.reason);
  w.pass(29s);
  REQUIRE(w.client.requests().size() == 10);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(1s);
  REQUIRE(goes_to(w.client.requests()[10], "new"));
  REQUIRE(w.count(State::delivered) == 10);
}

TEST_CASE("a destination that has paused itself is probed at once when its settings come again") {
  WorkerFixture w{{.name = "crm", .host = "old"}};
  w.client.on_send([](const auto& request) { return answer(goes_to(request, "new") ? 200 : 401); });
  for (int i = 0; i < 20; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.health().condition == Condition::misconfigured);
  const auto sent = w.client.requests().size();
  SECTION("with success, and all that waits is delivered") {
    w.reconfigure({{.name = "crm", .host = "new"}});
    w.settle();
    REQUIRE(w.count(State::delivered) == 20);
  }
  SECTION("in vain, and the next probe comes in its time") {
    w.reconfigure({{.name = "crm", .host = "old"}});
    w.settle();
    REQUIRE(w.client.requests().size() == sent + 1);
    w.pass(299s);
    REQUIRE(w.client.requests().size() == sent + 1);
    w.pass(1s);
    REQUIRE(w.client.requests().size() == sent + 2);
  }
  SECTION("unless a person has paused it") {
    static_cast<void>(w.corrections.pause("crm", {"ada", ""}));
    w.reconfigure({{.name = "crm", .host = "new"}});
    w.settle();
    REQUIRE(w.client.requests().size() == sent);
  }
}

TEST_CASE(
    "attempts with the old settings that fail after a reload do not delay the probe with the new ones") {
  WorkerFixture w{{.name = "crm", .host = "old"}};
  for (int i = 0; i < 3; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 3);
  SECTION("those that would have made it pause itself") {
    w.reconfigure({{.name = "crm", .host = "new"}});
    w.settle();
    for (std::size_t i = 0; i < 3; ++i) w.client.answer(i, answer(401));
  }
  SECTION("a probe") {
    for (std::size_t i = 0; i < 3; ++i) w.client.answer(i, answer(401));
    w.settle();
    w.pass(6s);
    w.client.answer(3, answer(401));
    w.settle();
    REQUIRE(w.health().condition == Condition::misconfigured);
    w.pass(300s);
    REQUIRE(w.client.requests().size() == 5);
    w.reconfigure({{.name = "crm", .host = "new"}});
    w.settle();
    REQUIRE(w.client.requests().size() == 5);
    w.client.answer(4, answer(401));
  }
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  w.pass(6s);
  REQUIRE(goes_to(w.client.requests().back(), "new"));
  REQUIRE(w.count(State::delivered) == 3);
}

TEST_CASE("a destination that stays keeps the pauses of its deliveries and the one that it asked for") {
  WorkerFixture w;
  const Uuid odd = w.add_lead("Odd");
  w.client.on_send([](const auto&) { return answer(500); });
  w.settle();
  w.client.on_send(
      [](const auto&) { return http::ClientAnswer{.status = 429, .headers = {{"Retry-After", "120"}}}; });
  w.add_lead();
  w.worker->wake();
  w.settle();
  REQUIRE(w.client.requests().size() == 2);
  const auto due = w.delivery(odd).next_attempt_at;
  w.client.on_send([](const auto&) { return answer(200); });
  w.reconfigure({{.name = "crm"}});
  w.pass(119s);
  REQUIRE(w.client.requests().size() == 2);
  REQUIRE(w.delivery(odd).next_attempt_at == due);
  w.pass(26s);
  REQUIRE(w.count(State::delivered) == 2);
}

TEST_CASE("for a destination that is gone nothing is claimed, and what waits stays as it was") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(500); });
  const Uuid lead = w.add_lead();
  w.settle();
  const auto before = w.delivery(lead);
  w.reconfigure({});
  w.settle();
  w.add_lead();
  w.worker->wake();
  w.pass(1h);
  REQUIRE(w.client.requests().size() == 1);
  REQUIRE(w.count(State::pending) == 2);
  REQUIRE(w.delivery(lead).next_attempt_at == before.next_attempt_at);
  REQUIRE(w.delivery(lead).attempts.size() == 1);
  REQUIRE(w.worker->health().empty());
}

TEST_CASE("for a destination that is gone nothing is claimed while its last attempt is in flight") {
  WorkerFixture w;
  w.add_lead();
  w.settle();
  w.reconfigure({});
  w.settle();
  const Uuid lead = w.add_lead();
  const auto before = w.reader.find(lead)->audit.size();
  w.worker->wake();
  w.settle();
  REQUIRE(w.client.requests().size() == 1);
  REQUIRE(w.delivery(lead).state == State::pending);
  REQUIRE(w.reader.find(lead)->audit.size() == before);
}

TEST_CASE("a destination that is gone is not probed while its last attempt is in flight") {
  WorkerFixture w;
  const auto last = open_with_one_in_flight(w);
  w.reconfigure({});
  w.pass(1h);
  REQUIRE(w.client.requests().size() == 11);
  w.client.answer(last, refused());
  w.pass(1h);
  REQUIRE(w.client.requests().size() == 11);
  REQUIRE(w.count(State::pending) == 11);
}

TEST_CASE("the last attempt of a destination that is gone is stored, and touches no other delivery") {
  WorkerFixture w;
  const auto last = open_with_one_in_flight(w);
  w.reconfigure({});
  w.settle();
  REQUIRE(w.worker->health().empty());
  const auto before = due_times(w);
  w.client.answer(last, answer(200));
  w.pass(1s);
  REQUIRE(w.count(State::delivered) == 1);
  REQUIRE(w.count(State::pending) == 10);
  REQUIRE(before.size() == 10);
  REQUIRE(due_times(w) == before);
}

TEST_CASE("a claim that was on its way when the destination went is given back untried") {
  WorkerFixture w;
  w.settle();
  const Uuid lead = w.add_lead();
  w.worker->wake();
  w.worker->run_once(0ms);
  REQUIRE(w.delivery(lead).state == State::claimed);
  w.reconfigure({});
  w.settle();
  REQUIRE(w.client.requests().empty());
  REQUIRE(w.delivery(lead).state == State::pending);
  REQUIRE(w.delivery(lead).attempt_count == 0);
  REQUIRE(w.reader.find(lead)->audit.back().reason == "the destination is gone");
  w.client.on_send([](const auto&) { return answer(200); });
  w.reconfigure({{.name = "crm"}});
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
}

TEST_CASE("a destination that comes back before its last attempt has ended is as it was") {
  WorkerFixture w{{.name = "crm", .host = "old"}};
  const auto last = open_with_one_in_flight(w);
  w.reconfigure({});
  w.settle();
  w.reconfigure({{.name = "crm", .host = "new"}});
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  REQUIRE(w.health().in_flight == 1);
  w.client.on_send([](const auto&) { return answer(200); });
  w.client.answer(last, answer(200));
  w.settle();
  REQUIRE(w.health().condition == Condition::working);
  REQUIRE(w.count(State::delivered) == 11);
  REQUIRE(goes_to(w.client.requests().back(), "new"));
}

TEST_CASE("a destination that comes back after its last attempt has ended is as it was remembered") {
  WorkerFixture w;
  const auto last = open_with_one_in_flight(w);
  w.reconfigure({});
  w.settle();
  w.client.answer(last, refused());
  w.settle();
  w.reconfigure({{.name = "crm"}});
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  w.pass(29s);
  REQUIRE(w.client.requests().size() == 11);
  w.pass(1s);
  REQUIRE(w.client.requests().size() == 12);
}

TEST_CASE("a new destination takes up what waits for it, and health follows the new order") {
  WorkerFixture w{{.name = "a"}, {.name = "b"}};
  w.client.on_send([](const auto&) { return answer(200); });
  const Uuid lead = w.add_lead("One", "c");
  w.settle();
  REQUIRE(names(*w.worker) == std::vector<std::string>{"a", "b"});
  w.reconfigure({{.name = "c"}, {.name = "b"}, {.name = "a"}});
  w.settle();
  REQUIRE(names(*w.worker) == std::vector<std::string>{"c", "b", "a"});
  REQUIRE(w.delivery(lead).state == State::delivered);
}

TEST_CASE("of several changes before the first step the last one counts") {
  WorkerFixture w{{.name = "crm", .host = "old"}};
  w.client.on_send([](const auto&) { return answer(200); });
  const Uuid lead = w.add_lead();
  w.reconfigure({});
  w.reconfigure({{.name = "crm", .host = "new"}});
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.client.requests().size() == 1);
  REQUIRE(goes_to(w.client.requests()[0], "new"));
}

TEST_CASE("what a destination that is gone still has in hand is not taken back when its lease has lapsed") {
  WorkerFixture w;
  const Uuid lead = w.add_lead();
  w.settle();
  w.reconfigure({});
  w.settle();
  w.clock.set_by(24h);
  w.settle();
  w.pass(2min);
  w.client.answer(0, answer(200));
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.delivery(lead).attempts.size() == 1);
}

TEST_CASE("at shutdown what a destination that is gone still has in hand is given back untried") {
  WorkerFixture w;
  const Uuid lead = w.add_lead();
  w.settle();
  w.reconfigure({});
  w.settle();
  w.worker->stop();
  REQUIRE(w.delivery(lead).state == State::pending);
  REQUIRE(w.delivery(lead).attempt_count == 0);
  REQUIRE(w.client.in_flight() == 0);
  // Nobody is there any more to hear of it.
  w.reconfigure({{.name = "crm"}});
}

TEST_CASE("stopping waits for the last attempt of a destination that is gone") {
  test::StoreFixture store(true);
  test::InstantClient client(true);
  Worker worker({}, {}, {store.doors, store.redrives, client, store.clock, store.random});
  worker.reconfigure(test::destinations({{.name = "crm"}}, store.clock));
  const Uuid lead = store.add_lead();
  worker.start();
  // Each look takes its time; the bounds only keep a broken worker from hanging the tests.
  for (int looks = 0; looks < 1'000'000 && client.sent().empty(); ++looks) std::this_thread::yield();
  worker.reconfigure({});
  for (int looks = 0; looks < 1'000'000 && !worker.health().empty(); ++looks) std::this_thread::yield();
  std::thread stopping([&] { worker.stop(); });
  client.let_go();
  stopping.join();
  REQUIRE(store.delivery(lead).state == State::delivered);
}

TEST_CASE("every lead is delivered exactly once while the destinations change again and again") {
  test::StoreFixture store(true);
  test::InstantClient client;
  const std::vector<std::vector<test::Described>> configurations{
      {{.name = "crm", .host = "one", .max_in_flight = 3}},
      {{.name = "other"}, {.name = "crm", .host = "two"}},
      {{.name = "other"}},
      {},
      {{.name = "crm", .host = "one"}, {.name = "other"}}};
  Worker worker({}, {}, {store.doors, store.redrives, client, store.clock, store.random});
  store.intake.on_accepted([&] { worker.wake(); });
  worker.start();
  constexpr int kLeads = 200;
  std::thread changing([&] {
    // Ends with the last of them, which has all destinations.
    for (std::size_t i = 0; i < 200; ++i) {
      worker.reconfigure(test::destinations(configurations[i % configurations.size()], store.clock));
      static_cast<void>(worker.health());
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < kLeads; ++i) store.add_lead("One", i % 2 == 0 ? "crm" : "other");
  changing.join();
  const auto delivered = [&] {
    int count = 0;
    for (const auto& one : store.overview.status().deliveries) {
      if (one.state == State::delivered) count += static_cast<int>(one.count);
    }
    return count == kLeads;
  };
  for (int looks = 0; looks < 1'000'000 && !delivered(); ++looks) std::this_thread::yield();
  worker.stop();
  REQUIRE(delivered());
  const auto sent = client.sent();
  REQUIRE(sent.size() == kLeads);
  for (const auto& [key, times] : sent) REQUIRE(times == 1);
}

}  // namespace leadspool
