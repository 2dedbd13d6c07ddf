// What is claimed before there is a slot for it: how much, how long, and where it goes when it must not be
// tried.
#include "delivery/claimed_ahead.h"

#include <algorithm>
#include <set>

#include "delivery/worker_fixture.h"
#include "support/catch.h"

namespace leadspool {

using namespace std::chrono_literals;
using test::answer;
using test::refused;
using test::WorkerFixture;

namespace {

constexpr int kSlots = 4;

// In order of age, each a millisecond older than the next.
std::vector<Uuid> add_leads(WorkerFixture& w, int count) {
  std::vector<Uuid> leads;
  for (int i = 0; i < count; ++i) {
    leads.push_back(w.add_lead());
    w.clock.advance(1ms);
  }
  w.worker->wake();
  return leads;
}

// Attempts have been quick; from now on the CRM answers when told.
void warm_up(WorkerFixture& w) {
  w.client.on_send([](const auto&) { return answer(200); });
  add_leads(w, 20);
  w.pass(20s);
  w.pass(20s);
  w.client.on_send(nullptr);
}

int in_flight(const WorkerFixture& w) { return static_cast<int>(w.client.in_flight()); }

int ready(WorkerFixture& w) { return w.count(State::claimed) - in_flight(w); }

Uuid lead_of(const http::ClientRequest& request) {
  return parse_uuid(http::find_header(request.headers, "Idempotency-Key")).value();
}

// Answers what waits, the oldest request first, so many at most.
void answer_waiting(WorkerFixture& w, const http::ClientResult& result, int most = 1'000) {
  const auto sent = w.client.requests().size();
  for (std::size_t i = 0; i < sent && most > 0; ++i) {
    if (!w.client.is_waiting(i)) continue;
    w.client.answer(i, result);
    --most;
  }
}

// Slots and as many more are claimed; the rest is pending.
struct Ahead : WorkerFixture {
  explicit Ahead(int slots = kSlots) : WorkerFixture{{.name = "crm", .max_in_flight = slots}}, most(slots) {
    warm_up(*this);
    sent_before = client.requests().size();
    leads = add_leads(*this, 4 * slots);
    settle();
    REQUIRE(in_flight(*this) == slots);
    REQUIRE(ready(*this) == slots);
  }

  // As if it had never been claimed, but for the audit.
  void require_given_back(const std::string& reason) {
    REQUIRE(ready(*this) == 0);
    for (auto i = static_cast<std::size_t>(most); i < 2 * static_cast<std::size_t>(most); ++i) {
      const auto view = reader.find(leads[i]);
      REQUIRE(view->view.deliveries.at(0).state == State::pending);
      REQUIRE(view->view.deliveries.at(0).attempt_count == 0);
      REQUIRE(view->audit.at(0).action == "unclaim");
      REQUIRE(view->audit.at(0).reason == reason);
    }
  }

  // All that were not tried at first come in order of age.
  void require_order_of_age() {
    std::vector<Uuid> sent;
    const auto& requests = client.requests();
    for (std::size_t i = sent_before; i < requests.size(); ++i) {
      const Uuid lead = lead_of(requests[i]);
      const bool is_first_try = std::find(sent.begin(), sent.end(), lead) == sent.end();
      if (is_first_try) sent.push_back(lead);
    }
    REQUIRE(sent == leads);
  }

  int most;
  std::size_t sent_before = 0;
  std::vector<Uuid> leads;
};

}  // namespace

TEST_CASE("a slot that falls free is filled from what is ready, without waiting for a claim") {
  Ahead w;
  const auto sent = w.client.requests().size();
  answer_waiting(w, answer(200), 2);
  w.worker->run_once(0ms);
  w.worker->run_once(0ms);
  REQUIRE(w.client.requests().size() == sent + 2);
}

TEST_CASE("never more are in flight than may be, nor more ready than that, and the oldest goes first") {
  Ahead w;
  for (int round = 0; round < 200; ++round) {
    if (round % 3 == 0) answer_waiting(w, answer(200), 1 + round % 2);
    w.worker->run_once(0ms);
    REQUIRE(in_flight(w) <= kSlots);
    REQUIRE(w.health().in_flight <= kSlots);
    REQUIRE(ready(w) <= 2 * kSlots);
  }
  REQUIRE(w.count(State::pending) == 0);
  REQUIRE(w.count(State::claimed) == 0);
  w.require_order_of_age();
}

TEST_CASE("a person's pause gives back what is ready, and the order of age holds after the resume") {
  Ahead w;
  static_cast<void>(w.corrections.pause("crm", {"ada", "the CRM moves house"}));
  answer_waiting(w, answer(200), 1);
  w.settle();
  REQUIRE(w.client.requests().size() == w.sent_before + kSlots);
  REQUIRE(ready(w) == 0);
  for (std::size_t i = kSlots; i < 2 * kSlots; ++i) {
    const auto view = w.reader.find(w.leads[i]);
    REQUIRE(view->view.deliveries.at(0).state == State::pending);
    REQUIRE(view->view.deliveries.at(0).attempt_count == 0);
  }
  answer_waiting(w, answer(200));
  w.client.on_send([](const auto&) { return answer(200); });
  static_cast<void>(w.corrections.resume("crm", {"ada", "it has moved"}));
  w.settle();
  REQUIRE(w.count(State::pending) == 0);
  w.require_order_of_age();
}

TEST_CASE("a destination that goes down gives back what is ready, and no probe is taken from it") {
  Ahead w{16};
  answer_waiting(w, refused(), 10);
  w.settle();
  REQUIRE(w.health().condition == Condition::down);
  REQUIRE(w.client.requests().size() == w.sent_before + 16);
  w.require_given_back("the destination must not be called at present");
  answer_waiting(w, refused());
  w.settle();
  w.pass(30s);
  REQUIRE(w.client.requests().size() == w.sent_before + 17);
  REQUIRE(w.count(State::claimed) == 1);
  w.client.on_send([](const auto&) { return answer(200); });
  answer_waiting(w, answer(200));
  w.settle(200);
  REQUIRE(w.count(State::pending) == 0);
}

TEST_CASE("a destination that pauses itself gives back what is ready") {
  Ahead w;
  answer_waiting(w, answer(401));
  w.settle();
  // One more, to tell whether it is those leads.
  REQUIRE(w.client.requests().size() == w.sent_before + kSlots + 1);
  REQUIRE(w.health().condition == Condition::working);
  answer_waiting(w, answer(401));
  w.settle();
  REQUIRE(w.health().condition == Condition::misconfigured);
  REQUIRE(w.client.requests().size() == w.sent_before + kSlots + 1);
  REQUIRE(w.count(State::claimed) == 0);
}

TEST_CASE("a Retry-After gives back what is ready, and the order of age holds when it ends") {
  Ahead w;
  answer_waiting(w, http::ClientAnswer{.status = 429, .headers = {{"Retry-After", "120"}}}, 1);
  w.settle();
  REQUIRE(w.client.requests().size() == w.sent_before + kSlots);
  w.require_given_back("the destination must not be called at present");
  answer_waiting(w, answer(200));
  w.pass(119s);
  REQUIRE(w.client.requests().size() == w.sent_before + kSlots);
  w.client.on_send([](const auto&) { return answer(200); });
  w.pass(1min);
  REQUIRE(w.count(State::pending) == 0);
  w.require_order_of_age();
}

TEST_CASE("a destination that is gone gives back what is ready") {
  Ahead w;
  w.reconfigure({});
  w.settle();
  w.require_given_back("the destination is gone");
  REQUIRE(in_flight(w) == kSlots);
}

TEST_CASE("a service that stops gives back what is ready") {
  Ahead w;
  w.worker->stop();
  w.require_given_back("shutdown");
  REQUIRE(w.count(State::claimed) == 0);
}

TEST_CASE("what is ready is begun with the settings of a reload, and within its smaller max_in_flight") {
  Ahead w;
  w.reconfigure({{.name = "crm", .host = "new", .max_in_flight = 2}});
  w.settle();
  answer_waiting(w, answer(200), kSlots - 2);
  w.settle();
  REQUIRE(w.client.requests().size() == w.sent_before + kSlots);
  for (int round = 0; round < 40; ++round) {
    answer_waiting(w, answer(200), 1);
    w.settle(4);
    REQUIRE(in_flight(w) <= 2);
  }
  REQUIRE(w.count(State::pending) == 0);
  w.require_order_of_age();
  for (auto i = w.sent_before + kSlots; i < w.client.requests().size(); ++i) {
    REQUIRE(w.client.requests()[i].url.find("//new.") != std::string::npos);
  }
}

TEST_CASE("what has been ready for a second is given back, and a person can discard it") {
  Ahead w;
  w.pass(900ms);
  REQUIRE(ready(w) == kSlots);
  w.pass(100ms);
  w.require_given_back("no slot fell free in time");
  static_cast<void>(w.corrections.discard(w.leads[kSlots], {}, {"ada", ""}));
  REQUIRE(w.delivery(w.leads[kSlots]).state == State::discarded);
}

TEST_CASE("after that nothing is claimed ahead before attempts are quick again") {
  Ahead w;
  w.pass(1s);
  w.pass(1min);
  answer_waiting(w, answer(200));
  w.settle();
  REQUIRE(in_flight(w) == kSlots);
  REQUIRE(ready(w) == 0);
  for (const auto& lead : w.leads) REQUIRE(w.reader.find(lead)->audit.size() <= 1);
  add_leads(w, 100);
  for (int round = 0; round < 20; ++round) {
    answer_waiting(w, answer(200));
    w.settle();
  }
  REQUIRE(ready(w) == kSlots);
}

TEST_CASE("where attempts are slow, nothing is claimed before there is a slot for it") {
  WorkerFixture w{{.name = "crm", .max_in_flight = kSlots}};
  add_leads(w, 60);
  for (int round = 0; round < 10; ++round) {
    w.settle();
    REQUIRE(in_flight(w) == kSlots);
    REQUIRE(ready(w) == 0);
    w.clock.advance(delivery::ClaimedAhead::kQuick);
    answer_waiting(w, answer(200));
  }
}

TEST_CASE("no more is claimed ahead than the rate allows to begin") {
  WorkerFixture w{{.name = "crm", .max_in_flight = kSlots, .rate_per_second = 50}};
  warm_up(w);
  w.client.on_send([](const auto&) { return answer(200); });
  for (int seconds = 0; seconds < 10; ++seconds) w.pass(1s);
  REQUIRE(w.count(State::pending) == 0);
  w.client.on_send(nullptr);
  add_leads(w, 20);
  w.settle();
  REQUIRE(in_flight(w) == kSlots);
  REQUIRE(ready(w) == 1);
}

TEST_CASE("of what is ready no repeat begins in a slot that is kept for first tries") {
  WorkerFixture w{{.name = "crm", .max_in_flight = kSlots}};
  warm_up(w);
  w.client.on_send([](const auto&) { return answer(500); });
  const auto tried = add_leads(w, 8);
  w.settle();
  w.client.on_send(nullptr);
  add_leads(w, 20);
  w.clock.advance(10s);
  const std::set<Uuid> again(tried.begin(), tried.end());
  for (int round = 0; round < 40; ++round) {
    w.settle(3);
    int repeats = 0;
    for (std::size_t i = 0; i < w.client.requests().size(); ++i) {
      if (w.client.is_waiting(i) && again.contains(lead_of(w.client.requests()[i]))) ++repeats;
    }
    REQUIRE(repeats <= kSlots / 2);
    if (round % 2 == 0) answer_waiting(w, answer(200), 1);
  }
  w.settle();
  for (int round = 0; round < 20; ++round) {
    answer_waiting(w, answer(200));
    w.settle();
  }
  REQUIRE(w.count(State::pending) == 0);
}

TEST_CASE("the lease of what is ready is extended, and a sweep does not take it for an orphan") {
  WorkerFixture w{{.name = "crm", .max_in_flight = kSlots, .lease = 100ms}};
  // From the first one on, sweeps are a minute apart.
  w.settle();
  warm_up(w);
  const auto since = w.clock.steady_now().time_since_epoch();
  w.clock.advance(60s - since % 60s - 200ms);
  add_leads(w, 3 * kSlots);
  w.settle();
  REQUIRE(ready(w) == kSlots);
  w.clock.advance(300ms);
  w.settle();
  REQUIRE(ready(w) == kSlots);
  REQUIRE(w.expire(w.clock.now()) == 0);
  w.client.on_send([](const auto&) { return answer(200); });
  answer_waiting(w, answer(200));
  w.settle();
  REQUIRE(w.count(State::pending) == 0);
  for (const auto& listed : w.reader.list({}, 100, std::nullopt).leads) {
    REQUIRE(listed.deliveries.at(0).attempt_count == 1);
  }
}

}  // namespace leadspool
