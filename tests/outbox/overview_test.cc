// The store as a whole: counts that are kept agree with those of a look through all rows, whatever happened,
// and asking for them costs the same among few leads and among many.
#include "outbox/overview.h"

#include <algorithm>
#include <map>
#include <random>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/count_check.h"
#include "outbox/store_counts.h"
#include "outbox/watched_statements.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::Metric;
using test::StoreFixture;

using test::require_counts_agree;
using test::Rows;
using test::rows_of;

void require_status_agrees(StoreFixture& store) {
  const auto status = store.overview.status();
  Rows deliveries;
  std::map<std::pair<std::string, std::string>, std::int64_t> counted;
  for (const auto& each : status.deliveries) {
    counted[{each.destination, std::string(to_string(each.state))}] = each.count;
  }
  for (const auto& [name, count] : counted) {
    deliveries.push_back(name.first + " | " + name.second + " | " + std::to_string(count) + " | ");
  }
  REQUIRE(
      deliveries ==
      rows_of(store.path, "SELECT destination, state, count(*) FROM delivery GROUP BY 1, 2 ORDER BY 1, 2"));
  REQUIRE(Rows{std::to_string(status.leads) + " | " + std::to_string(status.unrouted) + " | "} ==
          rows_of(store.path, "SELECT count(*), sum(unrouted) FROM lead"));
  Rows dead;
  for (const auto& group : store.overview.dead_letters()) {
    dead.push_back(group.destination + " | " + group.cause + " | " + std::to_string(group.count) + " | " +
                   std::to_string(to_unix_ms(group.first)) + " | " + std::to_string(to_unix_ms(group.last)) +
                   " | ");
  }
  std::sort(dead.begin(), dead.end());
  REQUIRE(dead ==
          rows_of(store.path,
                  "SELECT destination, cause, count(*), min(state_since), max(state_since) FROM delivery "
                  "WHERE state = 'dead' GROUP BY 1, 2 ORDER BY 1, 2"));
}

// Leads, attempts and corrections as they come, by dice.
struct BusyStore : StoreFixture {
  void add_any() {
    outbox::NewLead lead{.source = roll(3) == 0 ? "fair" : "marketplace", .receipt = receipt()};
    if (roll(6) == 0) {
      lead.disposition = Disposition::quarantined;
      lead.disposition_reason = "no JSON";
    }
    if (lead.disposition == Disposition::deliver && roll(5) > 0) {
      const auto held = roll(5) == 0 ? std::optional<std::string>{"waits"} : std::nullopt;
      lead.deliveries = {{"crm", held}, {"mail", std::nullopt}};
    }
    leads.push_back(add(lead));
  }

  void finish_any() {
    const std::string destination = roll(2) == 0 ? "crm" : "mail";
    for (const auto& claimed : claim(3, destination)) {
      clock.advance(Milliseconds{roll(400'000)});
      switch (roll(4)) {
        case 0:
          finish(claimed,
                 {.outcome = Outcome::rejected, .cause = roll(2) == 0 ? "no last name" : "too long"});
          break;
        case 1:
          finish(claimed, {.outcome = Outcome::unavailable, .cause = "refused"});
          break;
        case 2:
          finish(claimed, {.outcome = Outcome::delivered});
          break;
        default:  // stays claimed
          break;
      }
    }
  }

  void correct_any() {
    if (leads.empty()) return;
    const Uuid lead = leads[static_cast<std::size_t>(roll(static_cast<int>(leads.size())))];
    const outbox::Order ada{"ada", ""};
    switch (roll(6)) {
      case 0:
        static_cast<void>(corrections.redrive(lead, std::nullopt, ada));
        break;
      case 1:
        static_cast<void>(corrections.release(lead, std::nullopt, ada));
        break;
      case 2:
        static_cast<void>(corrections.discard(lead, std::nullopt, ada));
        break;
      case 3:
        static_cast<void>(corrections.revise(
            lead,
            {.fields = {.last_name = "New"}, .changes_json = "{}", .deliveries = {{"crm", std::nullopt}}},
            ada));
        break;
      case 4:
        static_cast<void>(erasures.erase(lead, ada));
        break;
      default:
        expire();
    }
  }

  int roll(int sides) { return static_cast<int>(dice() % static_cast<unsigned>(sides)); }

  std::vector<Uuid> leads;
  std::mt19937 dice{11};
};

void fill_in_bulk(const std::string& path, int count) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE);
  SQLite::Transaction all(raw);
  SQLite::Statement leads(
      raw,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
      "INSERT INTO lead (id, received_at, source, disposition, remote_address, headers_json, payload_sha256, "
      "  payload) SELECT randomblob(16), i, iif(i % 2 = 0, 'fair', 'marketplace'), 'deliver', '::1', '{}', "
      "  zeroblob(32), x'7b7d' FROM n");
  leads.bind(1, count);
  leads.exec();
  raw.exec(
      "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) "
      "SELECT number, 'crm', 'pending', received_at, received_at FROM lead");
  raw.exec(
      "UPDATE delivery SET state = 'claimed', due_at = NULL, claim_id = 1, lease_until = 0 WHERE id > 10");
  raw.exec(
      "UPDATE delivery SET claim_id = NULL, lease_until = NULL, state = iif(id % 10 = 3, 'dead', "
      "'delivered'), "
      "cause = iif(id % 10 = 3, 'cause ' || (id / 10 % 5), NULL) WHERE id > 20");
  all.commit();
}

}  // namespace

TEST_CASE("whatever happens, the counts agree with a look through all rows") {
  BusyStore store;
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 12; ++i) {
      const int what = store.roll(3);
      if (what == 0) store.add_any();
      if (what == 1) store.finish_any();
      if (what == 2) store.correct_any();
      // A wall clock may be set back.
      if (store.roll(30) == 0) store.clock.set_by(-3h);
      store.clock.advance(Milliseconds{store.roll(1'000'000)});
    }
    require_counts_agree(store.path);
    require_status_agrees(store);
  }
  REQUIRE(store.overview.dead_letters().size() > 1);
}

TEST_CASE("what came and what became of it is told hour by hour") {
  StoreFixture store;
  store.clock.set_by(from_rfc3339("2026-11-21T09:59:59.000Z").value() - store.clock.now());
  const Time nine = from_rfc3339("2026-11-21T09:00:00.000Z").value();
  store.add_lead();
  store.clock.advance(2s);
  store.add_lead();
  for (const auto& claim : store.claim()) store.finish(claim, {.outcome = Outcome::delivered});
  const auto received = store.overview.hours(Metric::received, nine, nine + 2h);
  REQUIRE(received.size() == 2);
  REQUIRE(received[0].hour == nine);
  REQUIRE(received[1].hour == nine + 1h);
  REQUIRE(received[1].label == "marketplace");
  REQUIRE(received[1].kind == "deliver");
  REQUIRE(received[1].count == 1);
  const auto delivered = store.overview.hours(Metric::delivered, nine, nine + 2h);
  REQUIRE(delivered.size() == 1);
  REQUIRE(delivered[0].hour == nine + 1h);
  REQUIRE(delivered[0].label == "crm");
  REQUIRE(delivered[0].count == 2);
  REQUIRE(store.overview.hours(Metric::dead, nine, nine + 2h).empty());
  REQUIRE(store.overview.hours(Metric::attempts, nine, nine + 2h).at(0).kind == "delivered");
  // The hour of `from` is there as a whole, that of `to` if it has begun.
  REQUIRE(store.overview.hours(Metric::received, nine + 59min, nine + 1h).size() == 1);
  REQUIRE(store.overview.hours(Metric::received, nine, nine + 1h + 1ms).size() == 2);
}

TEST_CASE("how long leads were under way is told by classes") {
  StoreFixture store;
  const Time begin = store.clock.now();
  for (const auto wait : {50ms, 100ms, 101ms, 40'000ms, 700'000'000ms}) {
    store.add_lead();
    store.clock.advance(wait);
    store.finish(store.claim().at(0), {.outcome = Outcome::delivered});
  }
  const auto waits = store.overview.waits(begin, store.clock.now());
  REQUIRE(waits.total() == 5);
  REQUIRE(waits.counts[0] == 2);
  REQUIRE(waits.counts[1] == 1);
  REQUIRE(waits.counts.back() == 1);
  REQUIRE(waits.within(0.4) == 100ms);
  REQUIRE(waits.within(0.5) == 250ms);
  REQUIRE(waits.within(0.8) == 60'000ms);
  REQUIRE_FALSE(waits.within(0.95));
  REQUIRE(store.overview.waits(begin, store.clock.now(), "mail").total() == 0);
  REQUIRE_FALSE(outbox::Waits{}.within(0.5));
}

TEST_CASE("each class of waiting is one that the store counts") {
  StoreFixture store;
  std::size_t wait_class = 0;
  for (const auto upper_end : outbox::kWaitClasses) {
    const Time begin = store.clock.now();
    store.add_lead();
    store.clock.advance(upper_end);
    store.finish(store.claim().at(0), {.outcome = Outcome::delivered});
    const auto from = begin + upper_end;
    REQUIRE(store.overview.waits(from, from + 1ms).counts.at(wait_class++) >= 1);
  }
}

TEST_CASE("looking at the store as a whole costs the same among few leads and among many") {
  const auto steps_among = [](int leads) {
    StoreFixture store;
    fill_in_bulk(store.path, leads);
    outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
    const test::WatchedStatements watch(connection.database());
    REQUIRE(outbox::count_store(connection).leads == leads);
    REQUIRE(outbox::group_dead_letters(connection).size() == 5);
    REQUIRE(outbox::count_dead_letters(connection).size() == 1);
    REQUIRE(outbox::read_last_received(connection).size() == 2);
    return watch.steps();
  };
  const int among_few = steps_among(1'000);
  REQUIRE(among_few > 0);
  REQUIRE(steps_among(20'000) == among_few);
}

}  // namespace leadspool
