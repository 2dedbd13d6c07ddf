// The worker with a real store, a real connector and a scripted network, one step at a time.
#include "delivery/worker.h"

#include <atomic>
#include <set>
#include <thread>

#include "delivery/instant_client.h"
#include "delivery/worker_fixture.h"
#include "support/catch.h"

namespace leadspool {

using namespace std::chrono_literals;
using delivery::Worker;
using test::answer;
using test::refused;
using test::silence;
using test::WorkerFixture;

TEST_CASE("a lead is delivered with one attempt and the CRM's record id is kept") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(201, R"({"id":"r-7"})"); });
  const Uuid lead = w.add_lead();
  w.worker->wake();
  w.settle();
  const auto delivery = w.delivery(lead);
  REQUIRE(delivery.state == State::delivered);
  REQUIRE(delivery.remote_id == "r-7");
  REQUIRE(delivery.attempts.size() == 1);
  REQUIRE(delivery.attempts[0].http_status == 201);
  REQUIRE(w.client.requests().size() == 1);
}

TEST_CASE("a lead that comes while the worker is idle is taken up when it is woken") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  const Uuid lead = w.add_lead();
  w.settle();
  REQUIRE(w.delivery(lead).state == State::pending);
  w.worker->wake();
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
}

TEST_CASE("no more than max_in_flight are tried at once, and a freed place is filled") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 3}};
  for (int i = 0; i < 8; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 3);
  w.client.answer(1, answer(200));
  w.settle();
  REQUIRE(w.client.requests().size() == 4);
  w.client.on_send([](const auto&) { return answer(200); });
  for (const std::size_t waiting : {0u, 2u, 3u}) w.client.answer(waiting, answer(200));
  w.settle();
  REQUIRE(w.count(State::delivered) == 8);
}

TEST_CASE("a destination that hangs does not hold up another") {
  WorkerFixture w{{.name = "hangs", .max_in_flight = 2}, {.name = "works", .max_in_flight = 2}};
  for (int i = 0; i < 6; ++i) {
    w.add({.source = "marketplace",
           .receipt = test::StoreFixture::receipt(),
           .deliveries = {{"hangs", std::nullopt}, {"works", std::nullopt}}});
  }
  for (int step = 0; step < 100; ++step) {
    w.worker->run_once(0ms);
    for (std::size_t i = 0; i < w.client.requests().size(); ++i) {
      const bool works = w.client.requests()[i].url.find("works") != std::string::npos;
      if (works && w.client.is_waiting(i)) w.client.answer(i, answer(200));
    }
  }
  REQUIRE(w.count(State::delivered) == 6);
  REQUIRE(w.count(State::claimed) == 2);
  REQUIRE(w.count(State::pending) == 4);
}

TEST_CASE("a failure is retried by the schedule, and every attempt stays on record") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(500); });
  const Uuid lead = w.add_lead();
  w.settle();
  REQUIRE(w.delivery(lead).attempt_count == 1);
  REQUIRE(w.delivery(lead).next_attempt_at >= w.clock.now() + 4s);
  REQUIRE(w.delivery(lead).next_attempt_at <= w.clock.now() + 6s);
  w.pass(3s);
  REQUIRE(w.delivery(lead).attempt_count == 1);
  w.pass(3s);
  REQUIRE(w.delivery(lead).attempt_count == 2);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(36s);
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.delivery(lead).attempts.size() == 3);
}

TEST_CASE("a lead that the CRM refuses is dead at once and the next one is delivered") {
  WorkerFixture w;
  w.client.on_send([](const http::ClientRequest& request) {
    if (request.body.find("Bad") == std::string::npos) return answer(200);
    return answer(422, R"({"error":{"message":"missing required field company","field":"company"}})");
  });
  const Uuid bad = w.add_lead("Bad");
  const Uuid good = w.add_lead("Good");
  w.settle();
  REQUIRE(w.delivery(bad).state == State::dead);
  REQUIRE(w.delivery(bad).cause.find("company") != std::string::npos);
  REQUIRE(w.delivery(good).state == State::delivered);
}

TEST_CASE("a lead whose budget is spent is dead, with its last cause") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(500); });
  const Uuid lead = w.add_lead();
  for (int i = 0; i < 30; ++i) w.pass(13h);
  REQUIRE(w.delivery(lead).state == State::dead);
  REQUIRE(w.delivery(lead).attempt_count == 24);
  REQUIRE_FALSE(w.delivery(lead).cause.empty());
}

TEST_CASE("an unanswered request is repeated under the same key") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return silence(); });
  const Uuid lead = w.add_lead();
  w.settle();
  REQUIRE(w.delivery(lead).attempts[0].outcome == Outcome::ambiguous);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(6s);
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.client.requests().size() == 2);
  for (const auto& request : w.client.requests()) {
    REQUIRE(http::find_header(request.headers, "Idempotency-Key") == to_string(lead));
  }
}

TEST_CASE("a CRM that loses the first answer of every lead has all of them after the second try") {
  WorkerFixture w;
  std::set<std::string> known;
  w.client.on_send([&](const http::ClientRequest& request) -> http::ClientResult {
    if (!known.emplace(http::find_header(request.headers, "Idempotency-Key")).second) return answer(200);
    return http::ClientFailure{.phase = http::FailurePhase::wait, .detail = "reset"};
  });
  for (int i = 0; i < 200; ++i) w.add_lead();
  for (int i = 0; i < 10; ++i) w.pass(3s);
  REQUIRE(w.count(State::delivered) == 200);
  REQUIRE(w.client.requests().size() == 400);
}

TEST_CASE("one lead that is retried does not hold up the backlog behind it") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 4}};
  w.client.on_send([](const http::ClientRequest& request) {
    return request.body.find("Odd") == std::string::npos ? answer(200) : answer(500);
  });
  w.add_lead("Odd");
  for (int i = 0; i < 400; ++i) w.add_lead();
  for (int i = 0; i < 20; ++i) w.settle();
  REQUIRE(w.count(State::delivered) == 400);
}

TEST_CASE("a lead that alone is refused for want of permission keeps to its schedule") {
  WorkerFixture w;
  w.client.on_send([](const http::ClientRequest& request) {
    return request.body.find("Odd") == std::string::npos ? answer(200) : answer(403);
  });
  const Uuid odd = w.add_lead("Odd");
  for (int i = 0; i < 300; ++i) w.add_lead();
  for (int i = 0; i < 20; ++i) w.settle();
  REQUIRE(w.count(State::delivered) == 300);
  REQUIRE(w.delivery(odd).attempt_count == 1);
}

TEST_CASE("a CRM that does nothing but reset connections makes no dead letter") {
  WorkerFixture w;
  w.client.on_send([](const auto&) -> http::ClientResult {
    return http::ClientFailure{.phase = http::FailurePhase::wait, .detail = "reset"};
  });
  for (int i = 0; i < 20; ++i) w.add_lead();
  for (int i = 0; i < 30 * 24; ++i) w.pass(1h);
  REQUIRE(w.count(State::pending) == 20);
}

TEST_CASE("a delivery on its way is not taken back when the clock jumps past its lease") {
  WorkerFixture w;
  const Uuid lead = w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 1);
  w.clock.set_by(24h);
  w.settle();
  w.pass(2min);
  REQUIRE(w.client.requests().size() == 1);
  w.client.answer(0, answer(200));
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.delivery(lead).attempts.size() == 1);
}

TEST_CASE("leads accepted while the clock was a year ahead are delivered once it is right") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  w.settle();
  w.clock.set_by(24h * 365);
  const Uuid tried = w.add_lead();
  w.worker->wake();
  w.settle();
  REQUIRE(w.delivery(tried).attempt_count == 1);
  const Uuid untried = w.add_lead();
  w.clock.set_by(-24h * 365);
  w.client.on_send([](const auto&) { return answer(200); });
  w.settle();
  REQUIRE(w.delivery(tried).state == State::delivered);
  REQUIRE(w.delivery(untried).state == State::delivered);
}

TEST_CASE("a CRM that comes back and loses the first answer of every lead has all of them within minutes") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 200; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  std::set<std::string> known;
  w.client.on_send([&](const http::ClientRequest& request) -> http::ClientResult {
    if (!known.emplace(http::find_header(request.headers, "Idempotency-Key")).second) return answer(200);
    return http::ClientFailure{.phase = http::FailurePhase::wait, .detail = "reset"};
  });
  for (int i = 0; i < 60; ++i) {
    w.pass(5s);
    w.settle(160);
  }
  REQUIRE(w.count(State::delivered) == 200);
}

TEST_CASE("an outage of a week makes no dead letter, and the backlog goes out soon after it ends") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return refused(); });
  for (int i = 0; i < 50; ++i) w.add_lead();
  w.settle();
  for (int hours = 0; hours < 7 * 24; ++hours) w.pass(1h);
  REQUIRE(w.count(State::pending) == 50);
  // The breaker kept the number of calls small: at most one probe each time the clock moved.
  REQUIRE(w.client.requests().size() < 16 + 7 * 24 + 1);
  REQUIRE(w.health().condition == Condition::down);

  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(10min);
  w.settle();
  REQUIRE(w.count(State::delivered) == 50);
  REQUIRE(w.health().condition == Condition::working);
}

TEST_CASE("a wrong password makes no dead letter either") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(401); });
  for (int i = 0; i < 5; ++i) w.add_lead();
  w.settle();
  for (int i = 0; i < 100; ++i) w.pass(12h);
  REQUIRE(w.count(State::pending) == 5);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(12h);
  REQUIRE(w.count(State::delivered) == 5);
}

TEST_CASE("a Retry-After holds back the whole destination") {
  WorkerFixture w{{.name = "crm", .max_in_flight = 1}};
  w.client.on_send(
      [](const auto&) { return http::ClientAnswer{.status = 429, .headers = {{"Retry-After", "120"}}}; });
  for (int i = 0; i < 3; ++i) w.add_lead();
  w.settle();
  REQUIRE(w.client.requests().size() == 1);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(119s);
  REQUIRE(w.client.requests().size() == 1);
  w.pass(1s);
  w.settle();
  REQUIRE(w.count(State::delivered) == 3);
}

TEST_CASE("what a dead process held is taken back at start and recorded as interrupted") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(200); });
  const Uuid lead = w.add_lead();
  REQUIRE(w.claim().size() == 1);
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
  REQUIRE(w.delivery(lead).attempts.size() == 2);
  REQUIRE(w.delivery(lead).attempts[0].outcome == Outcome::interrupted);
}

TEST_CASE("at shutdown what is still being tried is given back untried") {
  WorkerFixture w;
  const Uuid lead = w.add_lead();
  w.settle();
  REQUIRE(w.delivery(lead).state == State::claimed);
  w.worker->stop();
  REQUIRE(w.delivery(lead).state == State::pending);
  REQUIRE(w.delivery(lead).attempt_count == 0);
  REQUIRE(w.client.in_flight() == 0);
  REQUIRE(w.reader.find(lead)->audit.back().reason == "shutdown");
}

TEST_CASE("a dead letter that was redriven is delivered") {
  WorkerFixture w;
  w.client.on_send([](const auto&) { return answer(422); });
  const Uuid lead = w.add_lead();
  w.corrections.on_due([&] { w.worker->wake(); });
  w.settle();
  REQUIRE(w.delivery(lead).state == State::dead);
  w.client.on_send([](const auto&) { return answer(200); });
  static_cast<void>(w.corrections.redrive(lead, std::nullopt, {"ada", "mended"}));
  w.settle();
  REQUIRE(w.delivery(lead).state == State::delivered);
}

TEST_CASE("on its own thread the worker delivers what comes and stops when told") {
  test::StoreFixture store(true);
  test::InstantClient client;
  Worker worker({}, test::destinations({{.name = "crm"}}, store.clock),
                {store.doors, store.redrives, client, store.clock, store.random});
  store.intake.on_accepted([&] { worker.wake(); });
  worker.start();
  constexpr int kLeads = 200;
  for (int i = 0; i < kLeads; ++i) store.add_lead();
  const auto delivered = [&] {
    const auto states = store.overview.status().deliveries;
    return states.size() == 1 && states[0].state == State::delivered && states[0].count == kLeads;
  };
  // Each look at the store takes its time; the bound only keeps a broken worker from hanging the tests.
  for (int looks = 0; looks < 1'000'000 && !delivered(); ++looks) std::this_thread::yield();
  worker.stop();
  REQUIRE(delivered());
}

namespace {

// A network library that does not come back while a test holds it.
class HeldClient final : public http::Client {
 public:
  using http::Client::send;
  void send(http::ClientRequest, std::function<void(http::ClientResult)>) override {}
  void run(std::chrono::milliseconds, int) override {
    inside = true;
    inside.notify_all();
    held.wait(true);
  }
  void forget_all() override {}
  [[nodiscard]] std::size_t in_flight() const override { return 0; }

  void let_go() {
    held = false;
    held.notify_all();
  }

  std::atomic<bool> inside = false;
  std::atomic<bool> held = true;
};

}  // namespace

TEST_CASE("a worker that is held up shows for how long") {
  WorkerFixture w;
  HeldClient client;
  Worker worker(
      {}, test::destinations({{.name = "crm"}}, w.clock),
      {.claims = w.doors, .redrives = w.redrives, .client = client, .clock = w.clock, .random = w.random});
  REQUIRE(worker.busy_for() == 0ms);
  worker.start();
  client.inside.wait(false);
  const auto at_first = worker.busy_for();
  w.clock.advance(60s);  // what it may mean to wait
  w.clock.advance(75s);
  const auto after_the_wait = worker.busy_for();
  client.let_go();
  REQUIRE(at_first == 0ms);
  REQUIRE(after_the_wait >= 75s);
  worker.stop();
  REQUIRE(worker.busy_for() == 0ms);
}

}  // namespace leadspool
