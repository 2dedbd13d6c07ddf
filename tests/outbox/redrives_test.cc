// Redrives of many dead letters: which they take, when they go on, when they end, and what a crash leaves.
#include "outbox/redrives.h"

#include <chrono>

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/catch.h"
#include "support/store_fixture.h"

using namespace leadspool;
using namespace leadspool::test;
using namespace std::chrono_literals;
using outbox::RedriveState;

namespace {

const outbox::Order kAda{"ada", "the field is mapped now"};
const AttemptOutcome kRejected{.outcome = Outcome::rejected, .cause = "no last name"};
const AttemptOutcome kDelivered{.outcome = Outcome::delivered};
constexpr int kMany = 10'000;

// By hand, because a sync for each would take long.
constexpr const char* kClaimPending =
    "UPDATE delivery SET state = 'claimed', due_at = NULL, claim_id = 1, lease_until = 0 "
    "WHERE state = 'pending'";
constexpr const char* kDeliverClaimed =
    "UPDATE delivery SET state = 'delivered', claim_id = NULL, lease_until = NULL WHERE state = 'claimed'";

void fill_with_dead(SQLite::Database& raw, int count, Time now) {
  SQLite::Transaction together(raw);
  raw.exec(
      "WITH RECURSIVE step (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM step WHERE i < " +
      std::to_string(count) +
      ") INSERT INTO lead (id, received_at, source, disposition, remote_address, headers_json, "
      "  payload_sha256, payload) "
      "SELECT randomblob(16), 0, 'marketplace', 'deliver', '127.0.0.1', '{}', zeroblob(32), x'' FROM step");
  const auto since = std::to_string(to_unix_ms(now));
  raw.exec(
      "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) "
      "SELECT number, 'crm', 'pending', " +
      since + ", " + since + " FROM lead");
  raw.exec(kClaimPending);
  raw.exec("UPDATE delivery SET state = 'dead', cause = 'no last name', claim_id = NULL, lease_until = NULL");
  together.commit();
}

struct RedriveFixture : StoreFixture {
  using StoreFixture::StoreFixture;

  // A lead whose delivery died, one millisecond after the one before.
  Uuid add_dead(const std::string& destination = "crm", const std::string& cause = "no last name",
                const std::string& source = "marketplace", Disposition disposition = Disposition::deliver) {
    const Uuid lead =
        add({.source = source,
             .disposition = disposition,
             .disposition_reason = disposition == Disposition::deliver ? "" : "so the source says",
             .receipt = receipt(),
             .deliveries = {{destination, std::nullopt}}});
    finish_all(destination, {.outcome = Outcome::rejected, .cause = cause});
    clock.advance(1ms);
    return lead;
  }

  std::vector<Uuid> add_many_dead(int count) {
    std::vector<Uuid> leads;
    for (int i = 0; i < count; ++i) leads.push_back(add_dead());
    return leads;
  }

  // How many there were that were due.
  int finish_all(const std::string& destination, const AttemptOutcome& outcome) {
    const auto claims = claim(kMany, destination);
    for (const auto& claim : claims) REQUIRE(finish(claim, outcome));
    return static_cast<int>(claims.size());
  }

  Uuid order(const outbox::NewRedrive& redrive) {
    return std::get<outbox::RedriveView>(redrives.order(redrive, kAda)).id;
  }

  outbox::RedriveStep step(const Uuid& id, int limit = 100, int most_waiting = 500) {
    return step_by(redrives, id, limit, most_waiting);
  }

  outbox::RedriveStep step_by(outbox::Redrives& door, const Uuid& id, int limit, int most_waiting) {
    std::optional<outbox::RedriveStep> made;
    door.step(id, limit, most_waiting, clock.now(),
              [&](auto result) { made = std::get<outbox::RedriveStep>(result); });
    return made.value();
  }

  // Until it has ended, or waits.
  void carry_out(const Uuid& id) {
    outbox::RedriveStep last;
    while (!last.ended && !last.waits) last = step(id);
  }

  outbox::RedriveView view(const Uuid& id) { return overview.redrive(id).value(); }

  State state(const Uuid& lead) { return delivery(lead).state; }

  int count(State wanted) {
    std::int64_t total = 0;
    for (const auto& one : overview.status().deliveries) total += one.state == wanted ? one.count : 0;
    return static_cast<int>(total);
  }
};

}  // namespace

TEST_CASE("a redrive tries all dead letters again, with a fresh budget, and says so in each one's history") {
  RedriveFixture store;
  const auto leads = store.add_many_dead(3);
  const auto ordered = std::get<outbox::RedriveView>(store.redrives.order({}, kAda));
  REQUIRE(ordered.total == 3);
  REQUIRE(ordered.state == RedriveState::running);
  REQUIRE(ordered.actor == "ada");
  REQUIRE(ordered.at == store.clock.now());

  const auto step = store.step(ordered.id);
  REQUIRE(step.moved == 3);
  REQUIRE(step.ended);
  for (const auto& lead : leads) {
    const auto found = store.reader.find(lead).value();
    REQUIRE(found.view.deliveries[0].state == State::pending);
    REQUIRE(found.view.deliveries[0].next_attempt_at == store.clock.now());
    REQUIRE(found.view.deliveries[0].cause.empty());
    REQUIRE(found.view.deliveries[0].attempts.size() == 1);
    REQUIRE(found.audit.size() == 1);
    REQUIRE(found.audit[0].actor == "ada");
    REQUIRE(found.audit[0].action == "redrive");
    REQUIRE(found.audit[0].destination == "crm");
    REQUIRE(found.audit[0].reason == "redrive " + to_string(ordered.id) + ": the field is mapped now");
  }
  const auto claims = store.claim();
  REQUIRE(claims.size() == 3);
  REQUIRE(claims[0].delivery.tries == 0);
  REQUIRE(claims[0].delivery.budget_spent == 0);
  REQUIRE(claims[0].delivery.attempt_count == 1);
}

TEST_CASE("the oldest leads are redriven first") {
  RedriveFixture store;
  const auto leads = store.add_many_dead(5);
  const Uuid id = store.order({});
  REQUIRE(store.step(id, 2).moved == 2);
  REQUIRE(store.state(leads[0]) == State::pending);
  REQUIRE(store.state(leads[1]) == State::pending);
  REQUIRE(store.state(leads[2]) == State::dead);
}

TEST_CASE("both deliveries of one lead are redriven, also when a step ends between them") {
  RedriveFixture store;
  const Uuid lead = store.add({.source = "marketplace",
                               .receipt = StoreFixture::receipt(),
                               .deliveries = {{"crm", std::nullopt}, {"other", std::nullopt}}});
  store.finish_all("crm", kRejected);
  store.finish_all("other", kRejected);
  const Uuid id = store.order({});
  REQUIRE(store.step(id, 1).moved == 1);
  REQUIRE(store.step(id, 1).moved == 1);
  const auto found = store.reader.find(lead).value();
  for (const auto& delivery : found.view.deliveries) {
    REQUIRE(delivery.state == State::pending);
  }
}

TEST_CASE("a redrive's filters combine, and the count before it tells the same") {
  RedriveFixture store;
  const Time first = store.clock.now();
  const Uuid plain = store.add_dead();
  const Uuid elsewhere = store.add_dead("other");
  const Uuid for_another_cause = store.add_dead("crm", "no e-mail");
  const Uuid of_another_source = store.add_dead("crm", "no last name", "fair");
  const Uuid test = store.add_dead("crm", "no last name", "marketplace", Disposition::test);
  const Time last = store.clock.now() - 1ms;

  const auto takes = [&](const outbox::RedriveFilter& filter) {
    const auto counted = std::get<outbox::RedriveCount>(store.redrives.count(filter));
    const Uuid id = store.order({.filter = filter});
    store.carry_out(id);
    const auto view = store.view(id);
    REQUIRE(counted.dead == view.total);
    REQUIRE(counted.missing == 0);
    REQUIRE(view.redriven == view.total);
    REQUIRE(view.state == RedriveState::done);
    std::vector<Uuid> taken;
    for (const auto& lead : {plain, elsewhere, for_another_cause, of_another_source, test}) {
      if (store.state(lead) == State::pending) taken.push_back(lead);
    }
    return taken;
  };
  SECTION("everything") {
    REQUIRE(takes({}) == std::vector{plain, elsewhere, for_another_cause, of_another_source, test});
  }
  SECTION("destination") { REQUIRE(takes({.destination = "other"}) == std::vector{elsewhere}); }
  SECTION("cause") { REQUIRE(takes({.cause = "no e-mail"}) == std::vector{for_another_cause}); }
  SECTION("source") { REQUIRE(takes({.source = "fair"}) == std::vector{of_another_source}); }
  SECTION("disposition") { REQUIRE(takes({.disposition = Disposition::test}) == std::vector{test}); }
  SECTION("received at or after") { REQUIRE(takes({.from = last}) == std::vector{test}); }
  SECTION("received before") { REQUIRE(takes({.to = first + 1ms}) == std::vector{plain}); }
  SECTION("several") {
    REQUIRE(takes({.destination = "crm", .cause = "no last name", .source = "marketplace", .to = last}) ==
            std::vector{plain});
  }
}

TEST_CASE("counting changes nothing") {
  RedriveFixture store;
  const Uuid lead = store.add_dead();
  REQUIRE(std::get<outbox::RedriveCount>(store.redrives.count({})).dead == 1);
  REQUIRE(store.state(lead) == State::dead);
  REQUIRE(store.overview.redrives(10).empty());
}

TEST_CASE("what dies again, or died after the order, is not taken") {
  RedriveFixture store;
  const auto leads = store.add_many_dead(2);
  const Uuid id = store.order({});
  REQUIRE(store.step(id, 1).moved == 1);
  const auto claims = store.claim();
  SECTION("in time") { store.clock.advance(1h); }
  SECTION("within the millisecond of the order") {}
  SECTION("by a clock that was set back") { store.clock.set_by(-24h); }
  REQUIRE(store.finish(claims.at(0), kRejected));
  const Uuid late = store.add_dead();
  store.carry_out(id);
  REQUIRE(store.state(leads[0]) == State::dead);
  REQUIRE(store.state(leads[1]) == State::pending);
  REQUIRE(store.state(late) == State::dead);
  const auto view = store.view(id);
  REQUIRE(view.redriven == 2);
  REQUIRE(view.failed == 1);
  REQUIRE(view.waiting == 1);
}

TEST_CASE("a clock that was set back before the order hides no dead letter from it") {
  RedriveFixture store;
  const Uuid lead = store.add_dead();
  store.clock.set_by(-24h);
  const Uuid id = store.order({});
  REQUIRE(store.view(id).total == 1);
  store.carry_out(id);
  REQUIRE(store.state(lead) == State::pending);
}

TEST_CASE("the rest follows when all canaries were delivered, and not before") {
  RedriveFixture store;
  store.add_many_dead(10);
  const Uuid id = store.order({.canary = 3});
  REQUIRE(store.view(id).state == RedriveState::canary);
  const auto first = store.step(id);
  REQUIRE(first.moved == 3);
  REQUIRE(first.waits);
  const auto claims = store.claim();
  REQUIRE(claims.size() == 3);
  REQUIRE(store.finish(claims[0], kDelivered));
  REQUIRE(store.finish(claims[1], kDelivered));
  // The third only has to wait, which is no failure.
  REQUIRE(store.finish(claims[2], {.outcome = Outcome::unavailable, .counts_against_budget = false}));
  REQUIRE(store.step(id).waits);
  REQUIRE(store.view(id).state == RedriveState::canary);
  REQUIRE(store.view(id).redriven == 3);

  store.clock.advance(1h);
  REQUIRE(store.finish_all("crm", kDelivered) == 1);
  const auto rest = store.step(id);
  REQUIRE(rest.moved == 7);
  REQUIRE(rest.ended);
  REQUIRE(store.view(id).state == RedriveState::done);
  REQUIRE(store.view(id).delivered == 3);
  REQUIRE(store.view(id).waiting == 7);
}

TEST_CASE("a canary that dies again stops the redrive, which names the cause and leaves the rest dead") {
  RedriveFixture store;
  store.add_many_dead(10);
  const Uuid id = store.order({.canary = 3});
  REQUIRE(store.step(id).moved == 3);
  const auto claims = store.claim();
  REQUIRE(store.finish(claims[0], kDelivered));
  REQUIRE(store.finish(claims[1], {.outcome = Outcome::rejected, .cause = "no e-mail"}));
  REQUIRE(store.finish(claims[2], kDelivered));
  const auto step = store.step(id);
  REQUIRE(step.ended);
  REQUIRE(step.moved == 0);
  const auto view = store.view(id);
  REQUIRE(view.state == RedriveState::stopped);
  REQUIRE(view.ended_at == store.clock.now());
  REQUIRE(view.ended_why.find("no e-mail") != std::string::npos);
  REQUIRE(view.redriven == 3);
  REQUIRE(view.failed == 1);
  REQUIRE(store.count(State::dead) == 8);
  // It stays as it is.
  REQUIRE(store.step(id).ended);
  REQUIRE(store.count(State::dead) == 8);
}

TEST_CASE("why a redrive was stopped reads well for one, too") {
  RedriveFixture store;
  store.add_many_dead(3);
  const auto why = [&](const outbox::NewRedrive& redrive) {
    const Uuid id = store.order(redrive);
    store.step(id);
    store.finish_all("crm", kRejected);
    REQUIRE(store.step(id).ended);
    return store.view(id).ended_why;
  };
  REQUIRE(why({.canary = 1}) == "the first one is dead again: no last name");
  REQUIRE(why({.canary = 2}) == "one of the first 2 is dead again: no last name");
  REQUIRE(why({.stop_after_failures = 1}) == "one is dead again: no last name");
  REQUIRE(why({.stop_after_failures = 2}) == "2 are dead again, the last of them: no last name");
}

TEST_CASE("another lead takes the place of a canary that a person discards") {
  RedriveFixture store;
  const auto leads = store.add_many_dead(6);
  const Uuid id = store.order({.canary = 2});
  REQUIRE(store.step(id).moved == 2);
  for (const std::size_t i : {0, 1}) {
    static_cast<void>(store.corrections.discard(leads[i], std::nullopt, kAda));
    REQUIRE(store.step(id).moved == 1);
    REQUIRE(store.step(id).waits);
  }
  REQUIRE(store.view(id).state == RedriveState::canary);
  store.finish_all("crm", kDelivered);
  REQUIRE(store.step(id).moved == 2);
  REQUIRE(store.view(id).discarded == 2);
  REQUIRE(store.view(id).delivered == 2);
}

TEST_CASE("fewer than the canary asks for are all watched to their end") {
  RedriveFixture store;
  store.add_many_dead(2);
  const Uuid id = store.order({.canary = 5});
  const auto first = store.step(id);
  REQUIRE(first.moved == 2);
  REQUIRE_FALSE(first.ended);
  REQUIRE(store.step(id).waits);
  SECTION("delivered") {
    store.finish_all("crm", kDelivered);
    REQUIRE(store.step(id).ended);
    REQUIRE(store.view(id).state == RedriveState::done);
  }
  SECTION("dead again") {
    store.finish_all("crm", kRejected);
    REQUIRE(store.step(id).ended);
    REQUIRE(store.view(id).state == RedriveState::stopped);
  }
}

TEST_CASE("so many dead again stop a redrive, even after the last one was given back") {
  RedriveFixture store;
  const int count = GENERATE(3, 10, 200);
  store.add_many_dead(count);
  const Uuid id = store.order({.stop_after_failures = 3});
  // What is on its way may fail as well.
  const int moved = std::min(count, 100);
  REQUIRE(store.step(id, 1'000).moved == moved);
  auto claims = store.claim();
  REQUIRE(store.finish(claims.at(0), kRejected));
  REQUIRE(store.finish(claims.at(1), kRejected));
  REQUIRE_FALSE(store.step(id, 0).ended);
  REQUIRE(store.view(id).state == RedriveState::running);
  REQUIRE(store.finish(claims.at(2), {.outcome = Outcome::rejected, .cause = "no e-mail"}));
  REQUIRE(store.step(id).ended);
  const auto view = store.view(id);
  REQUIRE(view.state == RedriveState::stopped);
  REQUIRE(view.ended_why.find("no e-mail") != std::string::npos);
  REQUIRE(view.failed == 3);
  REQUIRE(view.redriven == moved);
}

TEST_CASE("a redrive that watches for failures is done when nothing of it is on its way any more") {
  RedriveFixture store;
  store.add_many_dead(3);
  const Uuid id = store.order({.stop_after_failures = 3});
  REQUIRE(store.step(id).waits);
  const auto claims = store.claim();
  REQUIRE(store.finish(claims.at(0), kRejected));
  REQUIRE(store.finish(claims.at(1), kRejected));
  REQUIRE(store.step(id).waits);
  REQUIRE(store.finish(claims.at(2), kDelivered));
  REQUIRE(store.step(id).ended);
  REQUIRE(store.view(id).state == RedriveState::done);
}

TEST_CASE("no more are on their way at once than is allowed") {
  RedriveFixture store;
  store.add_many_dead(10);
  const Uuid id = store.order({});
  REQUIRE(store.step(id, 100, 4).moved == 4);
  const auto full = store.step(id, 100, 4);
  REQUIRE(full.moved == 0);
  REQUIRE(full.waits);
  REQUIRE(store.finish(store.claim(1).at(0), kDelivered));
  REQUIRE(store.step(id, 100, 4).moved == 1);
  REQUIRE(store.view(id).waiting == 4);
}

TEST_CASE("a redrive that may begin none waits for nothing else and moves nothing") {
  RedriveFixture store;
  store.add_many_dead(2);
  const Uuid id = store.order({});
  const auto step = store.step(id, 0);
  REQUIRE(step.moved == 0);
  REQUIRE_FALSE(step.waits);
  REQUIRE_FALSE(step.ended);
}

TEST_CASE("a cancelled redrive moves nothing more and says who cancelled it") {
  RedriveFixture store;
  store.add_many_dead(5);
  const Uuid id = store.order({});
  REQUIRE(store.step(id, 2).moved == 2);
  const auto cancelled = store.redrives.cancel(id, {"bob", "the CRM is being moved"});
  const auto& view = std::get<outbox::RedriveView>(cancelled);
  REQUIRE(view.state == RedriveState::cancelled);
  REQUIRE(view.ended_why == "by bob: the CRM is being moved");
  REQUIRE(view.redriven == 2);
  REQUIRE(view.waiting == 2);
  REQUIRE(store.step(id).ended);
  REQUIRE(store.count(State::dead) == 3);
  REQUIRE(store.count(State::pending) == 2);

  const auto again = store.redrives.cancel(id, kAda);
  REQUIRE(std::get<outbox::RedriveEnded>(again).state == RedriveState::cancelled);
  REQUIRE(std::holds_alternative<outbox::NoSuchRedrive>(store.redrives.cancel(Uuid{}, kAda)));
}

TEST_CASE("a canary can be cancelled") {
  RedriveFixture store;
  store.add_many_dead(5);
  const Uuid id = store.order({.canary = 1});
  REQUIRE(store.step(id).moved == 1);
  REQUIRE(std::holds_alternative<outbox::RedriveView>(store.redrives.cancel(id, kAda)));
  store.finish_all("crm", kDelivered);
  REQUIRE(store.step(id).ended);
  REQUIRE(store.count(State::dead) == 4);
}

TEST_CASE("two redrives of the same leads give each back once") {
  RedriveFixture store;
  const auto leads = store.add_many_dead(20);
  const Uuid one = store.order({});
  const Uuid two = store.order({});
  for (int turn = 0; turn < 10; ++turn) {
    store.step(one, 3);
    store.step(two, 2);
    store.finish_all("crm", kRejected);
    store.clock.advance(1ms);
  }
  REQUIRE(store.view(one).state == RedriveState::done);
  REQUIRE(store.view(two).state == RedriveState::done);
  REQUIRE(store.view(one).redriven + store.view(two).redriven == 20);
  for (const auto& lead : leads) REQUIRE(store.delivery(lead).attempts.size() == 2);
}

TEST_CASE("a later redrive takes what an earlier one failed with") {
  RedriveFixture store;
  store.add_many_dead(2);
  store.carry_out(store.order({}));
  store.finish_all("crm", kRejected);
  const Uuid second = store.order({});
  REQUIRE(store.view(second).total == 2);
  store.carry_out(second);
  REQUIRE(store.view(second).redriven == 2);
}

TEST_CASE("leads that came before a destination was configured are delivered to it when that is asked for") {
  RedriveFixture store;
  const Uuid dead = store.add_dead("new");
  const Uuid elsewhere = store.add_lead("One", "crm");
  const Uuid nowhere = store.add({.source = "marketplace", .receipt = StoreFixture::receipt()});
  const Uuid unwanted = store.add({.source = "fair", .receipt = StoreFixture::receipt()});
  const Uuid unreadable = store.add({.source = "marketplace",
                                     .disposition = Disposition::quarantined,
                                     .disposition_reason = "not JSON",
                                     .receipt = StoreFixture::receipt()});
  REQUIRE(store.overview.status().unrouted == 2);
  std::vector<std::string> asked;
  outbox::Redrives door{store.committer, store.clock, store.random,
                        outbox::RedriveRules{[&](const std::string& destination, const Lead& lead) {
                                               asked.push_back(destination);
                                               return lead.source != "fair";
                                             },
                                             [](const auto&) { return true; }}};
  const outbox::RedriveFilter filter{.destination = "new", .with_missing = true};
  const auto counted = std::get<outbox::RedriveCount>(door.count(filter));
  REQUIRE(counted.dead == 1);
  REQUIRE(counted.missing == 2);
  REQUIRE(asked == std::vector<std::string>(3, "new"));

  const auto ordered = std::get<outbox::RedriveView>(door.order({.filter = filter}, kAda));
  REQUIRE(ordered.total == 3);
  REQUIRE(ordered.counted->dead == 1);
  REQUIRE(ordered.counted->missing == 2);
  const Uuid late = store.add({.source = "marketplace", .receipt = StoreFixture::receipt()});
  int moved = 0;
  for (bool ended = false; !ended;) {
    const auto step = store.step_by(door, ordered.id, 1, 500);
    moved += step.moved;
    ended = step.ended;
  }
  REQUIRE(moved == 3);
  const auto view = store.view(ordered.id);
  REQUIRE(view.state == RedriveState::done);
  REQUIRE(view.redriven == 3);
  REQUIRE(view.waiting == 3);

  const auto made = [&](const Uuid& lead) {
    const auto found = store.reader.find(lead).value();
    for (const auto& delivery : found.view.deliveries) {
      if (delivery.destination == "new") return delivery.state == State::pending;
    }
    return false;
  };
  REQUIRE(made(dead));
  REQUIRE(made(elsewhere));
  REQUIRE(made(nowhere));
  REQUIRE_FALSE(made(unwanted));
  REQUIRE_FALSE(made(unreadable));
  REQUIRE_FALSE(made(late));
  REQUIRE_FALSE(store.reader.find(nowhere)->view.unrouted);
  REQUIRE(store.overview.status().unrouted == 2);  // `unwanted` and `late`
  const auto audit = store.reader.find(nowhere)->audit;
  REQUIRE(audit.size() == 1);
  REQUIRE(audit[0].action == "redrive");
  REQUIRE(audit[0].destination == "new");
}

TEST_CASE("missing deliveries are made for the leads that the filter lets pass") {
  RedriveFixture store;
  const auto add = [&](const std::string& source) {
    const Uuid lead = store.add({.source = source, .receipt = StoreFixture::receipt()});
    store.clock.advance(1s);
    return lead;
  };
  const Time start = store.clock.now();
  add("marketplace");
  add("fair");
  add("marketplace");
  const auto missing = [&](outbox::RedriveFilter filter) {
    filter.destination = "new";
    filter.with_missing = true;
    return std::get<outbox::RedriveCount>(store.redrives.count(filter)).missing;
  };
  REQUIRE(missing({}) == 3);
  REQUIRE(missing({.source = "fair"}) == 1);
  REQUIRE(missing({.from = start + 1s}) == 2);
  REQUIRE(missing({.to = start + 1s}) == 1);
  REQUIRE(missing({.disposition = Disposition::test}) == 0);
}

TEST_CASE("what would take nothing is not ordered") {
  RedriveFixture store;
  bool told = false;
  store.redrives.on_ordered([&] { told = true; });
  outbox::RedriveFilter filter;
  SECTION("nothing is there") {}
  SECTION("nothing is there, nor missing") { filter = {.destination = "crm", .with_missing = true}; }
  SECTION("nothing matches") {
    store.add_dead();
    filter = {.destination = "nowhere"};
  }
  REQUIRE(std::get<outbox::RedriveCount>(store.redrives.count(filter)).dead == 0);
  const auto result = store.redrives.order({.filter = filter}, kAda);
  REQUIRE(std::holds_alternative<outbox::NothingToRedrive>(result));
  REQUIRE(store.overview.redrives(10).empty());
  REQUIRE_FALSE(told);
}

TEST_CASE("open redrives are told oldest first with their rate, ended ones not") {
  RedriveFixture store;
  store.add_many_dead(3);
  const Uuid first = store.order({.rate_per_second = 0.2});
  const Uuid ended = store.order({});
  const Uuid last = store.order({});
  static_cast<void>(store.redrives.cancel(ended, kAda));
  std::vector<outbox::OpenRedrive> open;
  store.redrives.open([&](auto result) { open = std::get<std::vector<outbox::OpenRedrive>>(result); });
  REQUIRE(open.size() == 2);
  REQUIRE(open[0].id == first);
  REQUIRE(open[0].rate_per_second == 0.2);
  REQUIRE(open[1].id == last);
  REQUIRE_FALSE(open[1].rate_per_second);

  const auto listed = store.overview.redrives(2);
  REQUIRE(listed.size() == 2);
  REQUIRE(listed[0].id == last);
  REQUIRE(listed[1].id == ended);
  REQUIRE_FALSE(store.overview.redrive(Uuid{}));
}

TEST_CASE("an order is read back as it was given, and the worker is told of it") {
  RedriveFixture store;
  int told = 0;
  store.redrives.on_ordered([&] { ++told; });
  outbox::NewRedrive order{.filter = {.destination = "crm",
                                      .source = "fair",
                                      .disposition = Disposition::test,
                                      .from = store.clock.now(),
                                      .to = store.clock.now() + 1h,
                                      .with_missing = true},
                           .canary = 3,
                           .rate_per_second = 0.5,
                           .stop_after_failures = 7};
  store.add({.source = "fair",
             .disposition = Disposition::test,
             .disposition_reason = "so the source says",
             .receipt = StoreFixture::receipt()});
  const auto read = store.view(store.order(order)).order;
  REQUIRE(told == 1);
  REQUIRE(read.filter.destination == "crm");
  REQUIRE_FALSE(read.filter.cause);
  REQUIRE(read.filter.source == "fair");
  REQUIRE(read.filter.disposition == Disposition::test);
  REQUIRE(read.filter.from == order.filter.from);
  REQUIRE(read.filter.to == order.filter.to);
  REQUIRE(read.filter.with_missing);
  REQUIRE(read.canary == 3);
  REQUIRE(read.rate_per_second == 0.5);
  REQUIRE(read.stop_after_failures == 7);
}

TEST_CASE("a step looks at a bounded number of rows, however few of them match") {
  RedriveFixture store;
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  fill_with_dead(raw, 4'500, store.clock.now());
  const Uuid last = store.add_dead("crm", "another cause");
  const Uuid id = store.order({.filter = {.cause = "another cause"}});
  REQUIRE(store.view(id).total == 1);
  for (int idle = 0; idle < 2; ++idle) {
    const auto step = store.step(id);
    REQUIRE(step.moved == 0);
    REQUIRE_FALSE(step.waits);
    REQUIRE_FALSE(step.ended);
  }
  REQUIRE(store.step(id).moved == 1);
  REQUIRE(store.state(last) == State::pending);
}

TEST_CASE("a step that only waits writes nothing") {
  RedriveFixture store;
  store.add_many_dead(2);
  const Uuid id = store.order({.canary = 1});
  store.step(id);
  const auto before = store.overview.status().store_bytes;
  for (int i = 0; i < 200; ++i) REQUIRE(store.step(id).waits);
  REQUIRE(store.overview.status().store_bytes == before);
}

TEST_CASE("ten thousand dead letters are each given back once, however often the service dies meanwhile") {
  TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  SQLite::Database raw(path, SQLite::OPEN_READWRITE);
  FakeClock clock;
  SeededRandom random;
  fill_with_dead(raw, kMany, clock.now());
  Uuid id;
  int moved = 0;
  bool ended = false;
  for (int life = 0; !ended; ++life) {
    // Nothing but the file lives on.
    outbox::Committer committer{{.path = path, .own_thread = false}};
    outbox::Redrives redrives{committer, clock, random,
                              outbox::RedriveRules{[](const auto&, const auto&) { return true; },
                                                   [](const auto&) { return true; }}};
    outbox::Overview overview{path};
    if (life == 0) id = std::get<outbox::RedriveView>(redrives.order({.canary = 3}, kAda)).id;
    for (int step = 0; step < 7 && !ended; ++step) {
      redrives.step(id, 100, 500, clock.now(), [&](auto result) {
        moved += std::get<outbox::RedriveStep>(result).moved;
        ended = std::get<outbox::RedriveStep>(result).ended;
      });
      clock.advance(1ms);
    }
    const auto view = overview.redrive(id).value();
    REQUIRE(view.total == kMany);
    REQUIRE(view.redriven == moved);
    REQUIRE(view.waiting <= 500);
    raw.exec(kClaimPending);
    raw.exec(kDeliverClaimed);
    REQUIRE(life < 100);
  }
  REQUIRE(moved == kMany);
  const char* delivered = "SELECT count(*) FROM delivery WHERE state = 'delivered'";
  REQUIRE(raw.execAndGet(delivered).getInt() == kMany);
  const char* given_back = "SELECT count(lead_number) - count(DISTINCT lead_number) FROM audit";
  REQUIRE(raw.execAndGet(given_back).getInt() == 0);
}
