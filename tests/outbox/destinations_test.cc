// What the store remembers of destinations: their health, and the pauses that people order.
#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/oldest_waiting.h"
#include "outbox/store_counts.h"
#include "outbox/watched_statements.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::AlreadySo;
using outbox::PauseResult;
using test::StoreFixture;

const outbox::Order kMaintenance{"ada", "maintenance"};
const AttemptOutcome kDown{.outcome = Outcome::unavailable, .cause = "refused"};
const AttemptOutcome kServerError{
    .outcome = Outcome::unavailable, .counts_against_budget = true, .http_status = 500, .cause = "HTTP 500"};
const AttemptOutcome kDelivered{.outcome = Outcome::delivered, .http_status = 201};

// A destination "crm" and those who are told of its changes.
struct DestinationStore : StoreFixture {
  DestinationStore() {
    corrections.on_due([this] { ++told_of_due; });
    corrections.on_destination([this](const std::string& name) { told_of.push_back(name); });
  }

  DestinationRecord remembered(const std::string& name = "crm") {
    DestinationRecord record;
    doors.read_destination(name, [&](auto result) { record = std::get<DestinationRecord>(result); });
    return record;
  }

  void write(const HealthRecord& health) {
    doors.write_health("crm", health, [](const auto& failure) { REQUIRE_FALSE(failure); });
  }

  // That it is down since now, and probed in a minute.
  HealthRecord down() {
    return {.condition = Condition::down,
            .since = clock.now(),
            .reason = "connection refused",
            .probe_wait = 60s,
            .closed_until = clock.now() + 60s};
  }

  // "ada pause crm: maintenance", oldest first, of what is about no lead.
  std::vector<std::string> audit() {
    SQLite::Database raw(path);
    SQLite::Statement rows(raw,
                           "SELECT actor || ' ' || action || ' ' || destination || ': ' || reason FROM audit "
                           "WHERE lead_number IS NULL ORDER BY number");
    std::vector<std::string> lines;
    while (rows.executeStep()) lines.push_back(rows.getColumn(0).getString());
    return lines;
  }

  int told_of_due = 0;
  std::vector<std::string> told_of;
};

}  // namespace

TEST_CASE("a destination that was never heard of works") {
  DestinationStore store;
  REQUIRE(store.remembered() == DestinationRecord{});
  REQUIRE(store.overview.destinations().empty());
}

TEST_CASE("the health of a destination is read back as it was written, each time anew") {
  DestinationStore store;
  const auto down = store.down();
  store.write(down);
  REQUIRE(store.remembered() == DestinationRecord{down, std::nullopt});
  const HealthRecord misconfigured{
      .condition = Condition::misconfigured, .since = store.clock.now() + 1s, .reason = "HTTP 401"};
  store.write(misconfigured);
  REQUIRE(store.remembered() == DestinationRecord{misconfigured, std::nullopt});
  REQUIRE(store.overview.destinations().at(0).record.health == misconfigured);
  REQUIRE(store.remembered("other") == DestinationRecord{});
}

TEST_CASE("a pause is remembered with who ordered it, when and why, and leaves the health as it is") {
  DestinationStore store;
  auto health = store.down();
  store.write(health);
  store.clock.advance(1s);
  const auto result = store.corrections.pause("crm", kMaintenance);
  health.orders = 1;
  const DestinationRecord expected{health, Pause{store.clock.now(), "ada", "maintenance"}};
  REQUIRE(std::get<DestinationRecord>(result) == expected);
  REQUIRE(store.remembered() == expected);
  REQUIRE(store.audit() == std::vector<std::string>{"ada pause crm: maintenance"});
  REQUIRE(store.told_of == std::vector<std::string>{"crm"});
  REQUIRE(store.told_of_due == 0);
}

TEST_CASE("a destination without any delivery can be paused") {
  DestinationStore store;
  REQUIRE(std::holds_alternative<DestinationRecord>(store.corrections.pause("crm", kMaintenance)));
  const auto known = store.overview.destinations();
  REQUIRE(known.size() == 1);
  REQUIRE(known[0].name == "crm");
  REQUIRE(known[0].record.pause->by == "ada");
  REQUIRE(known[0].record.health.condition == Condition::working);
}

TEST_CASE("the same pause again changes nothing, one with another reason replaces it") {
  DestinationStore store;
  static_cast<void>(store.corrections.pause("crm", kMaintenance));
  const auto before = store.remembered();
  store.clock.advance(1s);
  REQUIRE(std::holds_alternative<AlreadySo>(store.corrections.pause("crm", {"eve", "maintenance"})));
  REQUIRE(store.remembered() == before);
  REQUIRE(store.audit().size() == 1);
  REQUIRE(store.told_of.size() == 1);

  static_cast<void>(store.corrections.pause("crm", {"eve", "moving"}));
  REQUIRE(store.remembered().pause == Pause{store.clock.now(), "eve", "moving"});
  REQUIRE(store.remembered().health.orders == 2);
  REQUIRE(store.audit().size() == 2);
}

TEST_CASE("a resume ends the pause and takes the destination for mended") {
  DestinationStore store;
  store.write(store.down());
  static_cast<void>(store.corrections.pause("crm", kMaintenance));
  store.clock.advance(1s);
  const auto result = store.corrections.resume("crm", {"eve", "new password"});
  const DestinationRecord expected{{.since = store.clock.now(), .orders = 2}, std::nullopt};
  REQUIRE(std::get<DestinationRecord>(result) == expected);
  REQUIRE(store.remembered() == expected);
  REQUIRE(store.audit().back() == "eve resume crm: new password");
  REQUIRE(store.told_of == std::vector<std::string>{"crm", "crm"});
}

TEST_CASE("a destination that a person only paused works since when it did before") {
  DestinationStore store;
  store.write({.since = store.clock.now()});
  const auto since = store.clock.now();
  store.clock.advance(1h);
  static_cast<void>(store.corrections.pause("crm", kMaintenance));
  const auto result = store.corrections.resume("crm", kMaintenance);
  REQUIRE(std::get<DestinationRecord>(result).health.since == since);
}

TEST_CASE("there is nothing to resume unless something keeps the destination from working") {
  DestinationStore store;
  const auto resumes = [&] {
    const auto result = store.corrections.resume("crm", kMaintenance);
    REQUIRE((std::holds_alternative<AlreadySo>(result) || std::holds_alternative<DestinationRecord>(result)));
    return std::holds_alternative<DestinationRecord>(result);
  };
  REQUIRE_FALSE(resumes());
  store.add_lead();
  REQUIRE_FALSE(resumes());
  REQUIRE(store.audit().empty());
  REQUIRE(store.told_of.empty());

  SECTION("it is down") { store.write(store.down()); }
  SECTION("it paused itself") { store.write({.condition = Condition::misconfigured}); }
  SECTION("a person paused it") { static_cast<void>(store.corrections.pause("crm", kMaintenance)); }
  SECTION("it asked for a wait that still lasts") {
    store.write({.closed_until = store.clock.now() + 1s});
    store.clock.advance(1s);
    REQUIRE_FALSE(resumes());
    store.write({.closed_until = store.clock.now() + 1s});
  }
  REQUIRE(resumes());
  REQUIRE_FALSE(resumes());
}

TEST_CASE("a resume makes all that waits for another try due, whoever's trouble it was") {
  DestinationStore store;
  const Uuid destinations_trouble = store.add_lead();
  store.finish(store.claim().at(0), kDown);
  const Uuid own_trouble = store.add_lead();
  store.finish(store.claim().at(0), kServerError);
  const Uuid elsewhere = store.add_lead("One", "other");
  store.finish(store.claim(1, "other").at(0), kDown);
  const auto now = store.clock.now();
  static_cast<void>(store.corrections.pause("crm", kMaintenance));
  static_cast<void>(store.corrections.resume("crm", kMaintenance));
  REQUIRE(store.delivery(destinations_trouble).next_attempt_at == now);
  REQUIRE(store.delivery(own_trouble).next_attempt_at == now);
  REQUIRE(store.delivery(elsewhere).next_attempt_at == now + 5s);
  REQUIRE(store.told_of_due == 1);

  static_cast<void>(store.corrections.pause("crm", kMaintenance));
  static_cast<void>(store.corrections.resume("crm", kMaintenance));
  REQUIRE(store.told_of_due == 1);
}

TEST_CASE("what the worker learned before a person spoke does not overrule the person") {
  DestinationStore store;
  auto health = store.down();
  store.write(health);
  static_cast<void>(store.corrections.resume("crm", kMaintenance));
  const auto resumed = store.remembered();
  health.reason = "still refused";
  store.write(health);
  REQUIRE(store.remembered() == resumed);

  health.orders = resumed.health.orders;
  store.write(health);
  REQUIRE(store.remembered().health == health);
}

TEST_CASE("a pause outlives what the worker learns") {
  DestinationStore store;
  static_cast<void>(store.corrections.pause("crm", kMaintenance));
  auto health = store.down();
  health.orders = 1;
  store.write(health);
  REQUIRE(store.remembered().pause.has_value());
  REQUIRE(store.remembered().health == health);
}

TEST_CASE("every destination that ever had a delivery is known, by name, and what waits longest there") {
  DestinationStore store;
  const auto first = store.clock.now();
  store.add({.source = "marketplace",
             .receipt = StoreFixture::receipt(),
             .deliveries = {{"waiting", std::nullopt}, {"tried", std::nullopt}, {"held", "for a person"}}});
  store.clock.advance(1h);
  const auto second = store.clock.now();
  store.add({.source = "marketplace",
             .receipt = StoreFixture::receipt(),
             .deliveries = {{"waiting", std::nullopt}, {"tried", std::nullopt}, {"done", std::nullopt}}});
  REQUIRE(store.finish(store.claim(1, "done").at(0), kDelivered));
  REQUIRE(store.finish(store.claim(1, "tried").at(0), kDelivered));
  static_cast<void>(store.corrections.pause("paused", kMaintenance));

  const auto known = store.overview.destinations();
  std::vector<std::string> names;
  for (const auto& one : known) names.push_back(one.name);
  REQUIRE(names == std::vector<std::string>{"done", "held", "paused", "tried", "waiting"});
  REQUIRE_FALSE(known[0].oldest_waiting_received_at);
  REQUIRE_FALSE(known[1].oldest_waiting_received_at);
  REQUIRE_FALSE(known[2].oldest_waiting_received_at);
  REQUIRE(known[3].oldest_waiting_received_at == second);
  REQUIRE(known[4].oldest_waiting_received_at == first);
  REQUIRE(known[4].record.health.condition == Condition::working);
  REQUIRE_FALSE(known[4].record.pause);
}

TEST_CASE("what is being tried waits too, and what waits for its next try") {
  DestinationStore store;
  const auto first = store.clock.now();
  store.add_lead();
  store.clock.advance(1s);
  store.add_lead();
  const auto oldest = [&] { return store.overview.destinations().at(0).oldest_waiting_received_at; };
  const auto claim = store.claim(1).at(0);
  REQUIRE(oldest() == first);
  REQUIRE(store.finish(claim, kDown));
  REQUIRE(oldest() == first);
}

TEST_CASE("how many leads wait elsewhere does not matter to a destination for which none waits") {
  DestinationStore store;
  store.add_lead("One", "idle");
  REQUIRE(store.finish(store.claim(1, "idle").at(0), kDelivered));
  const auto steps = [&] {
    outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
    const test::WatchedStatements watch(connection.database());
    REQUIRE_FALSE(outbox::oldest_waiting(connection, "idle"));
    return watch.steps();
  };
  store.add_lead();
  const int with_one = steps();
  REQUIRE(with_one > 0);
  for (int i = 0; i < 200; ++i) store.add_lead();
  REQUIRE(steps() == with_one);
}

TEST_CASE(
    "the oldest that waits is found, however many wait there and elsewhere, and whatever falls due first") {
  const int others_before = GENERATE(0, 3, 700);
  const int own = GENERATE(1, 2, 700);
  CAPTURE(others_before, own);
  StoreFixture store;
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  const auto add_many = [&](const std::string& destination, int first, int count) {
    const std::string numbers = "WITH RECURSIVE step (n) AS (SELECT " + std::to_string(first) +
                                " UNION ALL SELECT n + 1 FROM step WHERE n + 1 < " +
                                std::to_string(first + count) + ") ";
    raw.exec(numbers +
             "INSERT INTO lead (number, id, received_at, source, disposition, remote_address, headers_json, "
             "payload_sha256, payload) SELECT n, randomblob(16), n, 'marketplace', 'deliver', '::1', '{}', "
             "zeroblob(32), x'' FROM step");
    // The older, the later due; every second one was tried before.
    raw.exec(numbers +
             "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) "
             "SELECT n, '" +
             destination + "', 'pending', n, 10000 - n FROM step");
    raw.exec("UPDATE delivery SET attempt_count = 1, tries = 1 WHERE lead_number % 2 = 0");
  };
  {
    SQLite::Transaction together(raw);
    if (others_before > 0) add_many("other", 1, others_before);
    add_many("crm", 1 + others_before, own);
    add_many("other", 2'000, 10);
    together.commit();
  }
  const auto oldest_at = [&](const std::string& name) {
    for (const auto& known : store.overview.destinations()) {
      if (known.name == name) return known.oldest_waiting_received_at.value();
    }
    throw std::runtime_error("unknown");
  };
  REQUIRE(oldest_at("crm") == from_unix_ms(1 + others_before));
  REQUIRE(oldest_at("other") == from_unix_ms(others_before > 0 ? 1 : 2'000));
}

TEST_CASE("the oldest of a few is found in as many steps, however many older ones wait elsewhere") {
  const auto steps_among = [](int others) {
    DestinationStore store;
    for (int i = 0; i < others; ++i) store.add_lead("One", "other");
    for (int i = 0; i < 3; ++i) store.add_lead();
    outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
    const test::WatchedStatements watch(connection.database());
    REQUIRE(outbox::oldest_waiting(connection, "crm") == store.clock.now());
    return watch.steps();
  };
  REQUIRE(steps_among(1) == steps_among(300));
}

TEST_CASE("dead letters are counted for each destination along one index") {
  DestinationStore store;
  REQUIRE(store.overview.dead_counts().empty());
  const auto first = store.clock.now();
  const auto add_dead = [&](const std::string& destination, const std::string& cause) {
    store.add_lead("One", destination);
    REQUIRE(store.finish(store.claim(1, destination).at(0), {.outcome = Outcome::rejected, .cause = cause}));
    store.clock.advance(1s);
  };
  add_dead("crm", "no e-mail");
  add_dead("crm", "a bad name");
  add_dead("other", "no e-mail");
  store.add_lead("One", "idle");
  const auto counts = store.overview.dead_counts();
  REQUIRE(counts.size() == 2);
  REQUIRE(counts[0].destination == "crm");
  REQUIRE(counts[0].count == 2);
  REQUIRE(counts[0].first == first);
  REQUIRE(counts[1].destination == "other");
  REQUIRE(counts[1].count == 1);
  REQUIRE(counts[1].first == first + 2s);

  outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
  const test::WatchedStatements watch(connection.database());
  REQUIRE(outbox::count_dead_letters(connection).size() == 2);
  for (const auto& sql : watch.seen()) {
    const auto plan = test::WatchedStatements::plan_of(connection.database(), sql);
    INFO(plan);
    REQUIRE(plan.find("INDEX delivery_by_cause") != std::string::npos);
    REQUIRE(plan.find("TEMP B-TREE") == std::string::npos);
  }
  REQUIRE(watch.seen().size() == 1);
}

TEST_CASE("of each source the last lead is known, whatever was decided about it") {
  StoreFixture store;
  REQUIRE(store.overview.last_received().empty());
  const auto add_from = [&](const std::string& source, Disposition disposition, std::string reason) {
    store.clock.advance(1s);
    store.add({.source = source,
               .disposition = disposition,
               .disposition_reason = std::move(reason),
               .receipt = StoreFixture::receipt()});
    return store.clock.now();
  };
  add_from("b", Disposition::deliver, "");
  const auto quarantined = add_from("a", Disposition::quarantined, "no JSON");
  const auto probe = add_from("b", Disposition::probe, "no body");
  const auto alone = add_from("c", Disposition::deliver, "");
  const std::vector<std::pair<std::string, Time>> expected{{"a", quarantined}, {"b", probe}, {"c", alone}};
  REQUIRE(store.overview.last_received() == expected);
}

}  // namespace leadspool
