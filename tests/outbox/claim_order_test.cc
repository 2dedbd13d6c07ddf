// Which deliveries a claim takes, when the next fall due, and what finding that out costs.
#include <algorithm>

#include "outbox/connection.h"
#include "outbox/watched_statements.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::Claimed;
using outbox::ClaimOrder;
using test::StoreFixture;
using test::WatchedStatements;

const AttemptOutcome kDown{.outcome = Outcome::unavailable, .cause = "refused"};
const AttemptOutcome kRejected{.outcome = Outcome::rejected, .cause = "no last name"};

struct ClaimingStore : StoreFixture {
  // For "crm", of both kinds without limit.
  ClaimOrder order() {
    return {.claim_id = doors.draw_claim_id(),
            .destination = "crm",
            .limit = 100,
            .again_limit = 100,
            .now = clock.now(),
            .lease_until = clock.now() + 1min};
  }

  Claimed take(const ClaimOrder& order) {
    Claimed claimed;
    doors.claim(order, [&](auto result) { claimed = std::move(std::get<Claimed>(result)); });
    return claimed;
  }

  // A lead whose delivery was tried once and is due again in five seconds.
  Uuid add_tried() {
    const Uuid lead = add_lead();
    for (const auto& claim : take(order()).claims) {
      if (claim.lead.id == lead) {
        finish(claim, kDown);
      } else {
        give_back(claim);
      }
    }
    return lead;
  }

  void give_back(const outbox::Claim& claim) {
    doors.unclaim(claim.claim_id, claim.delivery_id, "not meant", clock.now(), [](const auto&) {});
  }

  // As many leads as the bench has, pending for "crm"; every second one was tried before.
  // Half of the first `of_first` were tried before.
  void add_many(int count, int of_first = std::numeric_limits<int>::max()) {
    SQLite::Database raw(path, SQLite::OPEN_READWRITE);
    SQLite::Transaction all(raw);
    SQLite::Statement leads(
        raw,
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?) "
        "INSERT INTO lead (id, received_at, source, disposition, remote_address, headers_json, "
        "payload_sha256, "
        "payload) SELECT randomblob(16), n, 'marketplace', 'deliver', '::1', '{}', zeroblob(32), x'7b7d' "
        "FROM number");
    leads.bind(1, count);
    leads.exec();
    raw.exec(
        "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) "
        "SELECT number, 'crm', 'pending', number, number FROM lead");
    SQLite::Statement tried(raw,
                            "UPDATE delivery SET attempt_count = 1, tries = 1 WHERE id % 2 = 0 AND id <= ?");
    tried.bind(1, of_first);
    tried.exec();
    all.commit();
  }

  // Runs `action` with the committer's connection, which is watched meanwhile.
  template <typename Action>
  void watched(Action action) {
    SQLite::Database* database = nullptr;
    REQUIRE_FALSE(committer.commit(
        outbox::Urgency::always, [&](outbox::Connection& connection) { database = &connection.database(); }));
    WatchedStatements watch(*database);
    action(watch);
  }
};

std::vector<Uuid> leads_of(const Claimed& claimed) {
  std::vector<Uuid> leads;
  for (const auto& claim : claimed.claims) leads.push_back(claim.lead.id);
  return leads;
}

using Leads = std::vector<Uuid>;

}  // namespace

TEST_CASE("the oldest due are claimed first and told in that order, whether tried before or not") {
  ClaimingStore store;
  const Uuid tried = store.add_tried();
  store.clock.advance(1s);
  const Uuid before = store.add_lead();
  store.clock.advance(10s);
  const Uuid after = store.add_lead();
  auto order = store.order();
  order.limit = 2;
  REQUIRE(leads_of(store.take(order)) == Leads{before, tried});
  REQUIRE(leads_of(store.take(order)) == Leads{after});
}

TEST_CASE("of those due at the same moment the one that came first is claimed first") {
  ClaimingStore store;
  Leads leads;
  for (int i = 0; i < 5; ++i) leads.push_back(store.add_lead());
  REQUIRE(leads_of(store.take(store.order())) == leads);
}

TEST_CASE("repeats never take more than their share, however long they have been due") {
  ClaimingStore store;
  Leads tried;
  for (int i = 0; i < 4; ++i) tried.push_back(store.add_tried());
  store.clock.advance(1h);
  Leads fresh;
  for (int i = 0; i < 4; ++i) fresh.push_back(store.add_lead());
  auto order = store.order();
  order.limit = 3;
  order.again_limit = 1;
  REQUIRE(leads_of(store.take(order)) == Leads{tried[0], fresh[0], fresh[1]});
  order.again_limit = 0;
  REQUIRE(leads_of(store.take(order)) == Leads{fresh[2], fresh[3]});
  REQUIRE(leads_of(store.take(order)).empty());
  order.again_limit = 9;
  REQUIRE(leads_of(store.take(order)) == Leads{tried[1], tried[2], tried[3]});
}

TEST_CASE("a delivery with a fresh budget is a first try") {
  ClaimingStore store;
  const Uuid lead = store.add_lead();
  REQUIRE(store.finish(store.claim().at(0), kRejected));
  static_cast<void>(store.corrections.redrive(lead, std::nullopt, {"ada", "mended"}));
  auto order = store.order();
  order.again_limit = 0;
  REQUIRE(leads_of(store.take(order)) == Leads{lead});
}

TEST_CASE("a claim tells when the next first try and the next repeat fall due") {
  ClaimingStore store;
  const auto nothing = store.take(store.order());
  REQUIRE_FALSE(nothing.next_first_due_at);
  REQUIRE_FALSE(nothing.next_again_due_at);

  store.add_tried();
  const auto waiting = store.take(store.order());
  REQUIRE(waiting.claims.empty());
  REQUIRE_FALSE(waiting.next_first_due_at);
  REQUIRE(waiting.next_again_due_at == store.clock.now() + 5s);

  store.add_lead();
  store.add_lead();
  auto order = store.order();
  order.limit = 1;
  const auto one = store.take(order);
  REQUIRE(one.claims.size() == 1);
  REQUIRE(one.next_first_due_at == store.clock.now());
  REQUIRE(one.next_again_due_at == store.clock.now() + 5s);
}

TEST_CASE("a probe takes what falls due next, even if that is not yet") {
  ClaimingStore store;
  const Uuid sooner = store.add_tried();
  store.clock.advance(1s);
  store.add_tried();
  auto order = store.order();
  order.limit = 1;
  REQUIRE(store.take(order).claims.empty());
  order.even_if_not_due = true;
  REQUIRE(leads_of(store.take(order)) == Leads{sooner});
}

TEST_CASE("a delivery that is to be avoided stays, and is still told of") {
  ClaimingStore store;
  const Uuid avoided = store.add_lead();
  const auto claim = store.take(store.order()).claims.at(0);
  store.give_back(claim);
  auto order = store.order();
  order.limit = 1;
  order.except = claim.delivery_id;
  const auto alone = store.take(order);
  REQUIRE(alone.claims.empty());
  REQUIRE(alone.next_first_due_at == store.clock.now());

  store.clock.advance(1s);
  const Uuid other = store.add_lead();
  order.now = store.clock.now();
  REQUIRE(leads_of(store.take(order)) == Leads{other});
  REQUIRE(store.delivery(avoided).state == State::pending);
}

TEST_CASE("one delivery and no other can be claimed, if it is due, and there, and of a kind that is wanted") {
  ClaimingStore store;
  store.add_lead("Older");
  const Uuid tried = store.add_tried();
  auto order = store.order();
  order.even_if_not_due = true;
  const auto claims = store.take(order).claims;
  for (const auto& claim : claims) store.give_back(claim);
  const auto meant =
      std::find_if(claims.begin(), claims.end(), [&](const auto& claim) { return claim.lead.id == tried; });
  REQUIRE(meant != claims.end());

  // Given back it would be due at once; one that was tried waits.
  REQUIRE(store.finish(store.claim().at(1), kDown));
  order = store.order();
  order.only = meant->delivery_id;
  REQUIRE(store.take(order).claims.empty());
  order.even_if_not_due = true;
  order.again_limit = 0;
  REQUIRE(store.take(order).claims.empty());
  order.again_limit = 1;
  order.destination = "other";
  REQUIRE(store.take(order).claims.empty());
  order.destination = "crm";
  order.except = meant->delivery_id;
  REQUIRE(store.take(order).claims.empty());
  order.except.reset();
  order.limit = 0;
  REQUIRE(store.take(order).claims.empty());
  order.limit = 1;
  REQUIRE(leads_of(store.take(order)) == Leads{tried});
  REQUIRE(store.take(order).claims.empty());
}

TEST_CASE("a lease that was extended is not taken back at its first end") {
  ClaimingStore store;
  const Uuid extended = store.add_lead();
  const Uuid lapsed = store.add_lead();
  const auto claims = store.take(store.order()).claims;
  const auto later = store.clock.now() + 1h;
  store.doors.extend({{claims[0].delivery_id, claims[0].claim_id, later}},
                     [](const auto& failure) { REQUIRE_FALSE(failure); });
  store.clock.advance(2min);
  REQUIRE(store.expire(store.clock.now()) == 1);
  REQUIRE(store.delivery(extended).state == State::claimed);
  REQUIRE(store.delivery(lapsed).state == State::pending);
  store.clock.advance(1h);
  REQUIRE(store.expire(store.clock.now()) == 1);
}

TEST_CASE("extending a claim that was lost changes neither the delivery nor the lease of its new claim") {
  ClaimingStore store;
  const Uuid lead = store.add_lead();
  const auto lost = store.take(store.order()).claims.at(0);
  const auto extend = [&] {
    store.doors.extend({{lost.delivery_id, lost.claim_id, store.clock.now() + 24h}},
                       [](const auto& failure) { REQUIRE_FALSE(failure); });
  };
  REQUIRE(store.expire() == 1);
  extend();
  REQUIRE(store.delivery(lead).state == State::pending);
  REQUIRE(store.take(store.order()).claims.size() == 1);
  extend();
  store.clock.advance(2min);
  REQUIRE(store.expire(store.clock.now()) == 1);
}

TEST_CASE("nothing that the worker asks for scans or sorts what is pending") {
  ClaimingStore store;
  store.add_many(10);
  std::vector<std::string> seen;
  store.watched([&](const WatchedStatements& watch) {
    auto order = store.order();
    order.limit = 4;
    order.again_limit = 2;
    order.except = 1;
    const auto claims = store.take(order).claims;
    REQUIRE(claims.size() == 4);
    store.give_back(claims[0]);
    order.only = claims[0].delivery_id;
    order.except.reset();
    REQUIRE(store.take(order).claims.size() == 1);
    const auto done = [](const auto& failure) { REQUIRE_FALSE(failure); };
    store.doors.hasten("crm", store.clock.now(), done);
    store.doors.extend({{claims[1].delivery_id, claims[1].claim_id, store.clock.now()}}, done);
    store.doors.write_health("crm", {.condition = Condition::down}, done);
    store.doors.read_destination("crm", [](const auto&) {});
    REQUIRE(store.finish(claims[2], kDown));
    REQUIRE(store.expire() > 0);
    REQUIRE(std::holds_alternative<DestinationRecord>(store.corrections.resume("crm", {"ada", ""})));
    seen = watch.seen();
  });
  REQUIRE(seen.size() >= 15);
  SQLite::Database raw(store.path);
  for (const auto& sql : seen) {
    const auto plan = WatchedStatements::plan_of(raw, sql);
    INFO(sql << "\n" << plan);
    REQUIRE(plan.find("SCAN") == std::string::npos);
    REQUIRE(plan.find("TEMP B-TREE") == std::string::npos);
  }
}

TEST_CASE("what a clock that ran ahead put off is brought back for every destination, tried before or not") {
  ClaimingStore store;
  const auto now = store.clock.now();
  store.clock.advance(1h);
  const Uuid untried = store.add_lead();
  const Uuid elsewhere = store.add_lead("One", "other");
  const Uuid tried = store.add_tried();
  store.clock.set_by(-1h);
  const Uuid waiting = store.add_tried();

  std::vector<std::string> seen;
  store.watched([&](const WatchedStatements& watch) {
    store.doors.bring_back_from_the_future(now, [](const auto& failure) { REQUIRE_FALSE(failure); });
    seen = watch.seen();
  });
  for (const auto& lead : {untried, elsewhere, tried}) {
    REQUIRE(store.delivery(lead).next_attempt_at == now);
    REQUIRE(store.delivery(lead).state_since == now);
  }
  REQUIRE(store.delivery(waiting).next_attempt_at == now + 5s);

  SQLite::Database raw(store.path);
  int updates = 0;
  for (const auto& sql : seen) {
    if (sql.rfind("UPDATE", 0) != 0) continue;
    ++updates;
    const auto plan = WatchedStatements::plan_of(raw, sql);
    INFO(sql << "\n" << plan);
    const bool is_first = plan.find("INDEX delivery_due_first (destination=? AND due_at>?)") != plan.npos;
    const bool is_again = plan.find("INDEX delivery_due_again (destination=? AND due_at>?)") != plan.npos;
    REQUIRE((is_first || is_again));
  }
  REQUIRE(updates == 4);
}

TEST_CASE(
    "claiming does as much among many pending as among few, hastening, resuming and bringing back among many "
    "untried") {
  const auto steps_among = [](int pending) {
    ClaimingStore store;
    store.add_many(pending);
    int steps = 0;
    store.watched([&](const WatchedStatements& watch) {
      auto order = store.order();
      order.limit = 16;
      order.again_limit = 8;
      REQUIRE(store.take(order).claims.size() == 16);
      order.only = 100;
      REQUIRE(store.take(order).claims.size() == 1);
      steps = watch.steps();
    });
    ClaimingStore untried;
    untried.add_many(pending, 10);
    untried.watched([&](const WatchedStatements& watch) {
      const auto done = [](const auto& failure) { REQUIRE_FALSE(failure); };
      untried.doors.hasten("crm", untried.clock.now(), done);
      untried.doors.bring_back_from_the_future(untried.clock.now(), done);
      static_cast<void>(untried.corrections.pause("crm", {"ada", ""}));
      REQUIRE(std::holds_alternative<DestinationRecord>(untried.corrections.resume("crm", {"ada", ""})));
      steps += watch.steps();
    });
    return steps;
  };
  const int among_few = steps_among(1'000);
  REQUIRE(among_few > 0);
  REQUIRE(steps_among(30'000) == among_few);
}

}  // namespace leadspool
