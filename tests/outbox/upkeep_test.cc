#include "outbox/upkeep.h"

#include <chrono>
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/catch.h"
#include "support/remnants.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;

constexpr outbox::UpkeepRules kNinetyDays{.keep_delivered = std::chrono::days{90}};

std::string text(const StoreFixture& store, const std::string& sql) {
  return SQLite::Database(store.path).execAndGet(sql).getString();
}

std::string removed_ranges(const StoreFixture& store) {
  return text(
      store, "SELECT coalesce(group_concat(first_number || '-' || last_number, ' '), '') FROM removed_leads");
}

}  // namespace

TEST_CASE("retention removes delivered leads once their time is over, and no others") {
  StoreFixture store;
  const auto delivered = store.place(State::delivered).lead;
  std::vector<Uuid> stay;
  for (const State state : {State::dead, State::held, State::discarded, State::claimed}) {
    stay.push_back(store.place(state).lead);
  }
  const auto tombstone = store.place(State::delivered).lead;
  static_cast<void>(store.erasures.erase(tombstone, {"ada", "asked for"}));
  stay.push_back(tombstone);
  stay.push_back(store.add_lead("Pending", "mail"));
  stay.push_back(store.add({.source = "marketplace",
                            .disposition = Disposition::probe,
                            .disposition_reason = "no body",
                            .receipt = StoreFixture::receipt("")}));

  store.clock.advance(std::chrono::days{89});
  const auto young = store.place(State::delivered).lead;
  stay.push_back(young);
  store.tidy_up(kNinetyDays);
  REQUIRE(store.reader.find(delivered));

  store.clock.advance(std::chrono::days{2});
  store.tidy_up({});
  REQUIRE(store.reader.find(delivered));
  store.tidy_up(kNinetyDays);
  REQUIRE_FALSE(store.reader.find(delivered));
  for (const auto& lead : stay) REQUIRE(store.reader.find(lead));
  REQUIRE(removed_ranges(store) == "1-1");
  REQUIRE(text(store, "SELECT sum(count) FROM lead_count") == "8");
  REQUIRE(text(store, "SELECT sum(count) FROM received_in_hour") == "9");
}

TEST_CASE("a lead that one destination got and another did not stays") {
  StoreFixture store;
  const auto lead = store.add({.source = "marketplace",
                               .receipt = StoreFixture::receipt(),
                               .deliveries = {{"crm", std::nullopt}, {"mail", std::nullopt}}});
  store.finish(store.claim().at(0), {.outcome = Outcome::delivered});
  store.clock.advance(std::chrono::days{91});
  store.tidy_up(kNinetyDays);
  REQUIRE(store.reader.find(lead));
  // Its time begins when the last of them has it.
  store.finish(store.claim(1, "mail").at(0), {.outcome = Outcome::delivered});
  store.tidy_up(kNinetyDays);
  REQUIRE(store.reader.find(lead));
  store.clock.advance(std::chrono::days{92});
  store.tidy_up(kNinetyDays);
  REQUIRE_FALSE(store.reader.find(lead));
}

TEST_CASE("ranges of removed leads join up, from whichever side they come") {
  StoreFixture store;
  std::vector<outbox::Claim> claims;
  for (int i = 0; i < 7; ++i) {
    store.add_lead("L");
    claims.push_back(store.claim(1).at(0));
  }
  const auto deliver_and_wait = [&](std::initializer_list<std::size_t> numbers) {
    for (const auto number : numbers) store.finish(claims[number - 1], {.outcome = Outcome::delivered});
    store.clock.advance(std::chrono::days{92});
    store.tidy_up(kNinetyDays);
  };
  deliver_and_wait({2, 5, 6});
  REQUIRE(removed_ranges(store) == "2-2 5-6");
  deliver_and_wait({3});
  REQUIRE(removed_ranges(store) == "2-3 5-6");
  deliver_and_wait({4});
  REQUIRE(removed_ranges(store) == "2-6");
  deliver_and_wait({1, 7});
  REQUIRE(removed_ranges(store) == "1-7");
}

TEST_CASE("what retention removed is in no file any more, and the file is smaller") {
  StoreFixture store;
  const std::string body(6'000, 'x');
  for (int i = 0; i < 600; ++i) {
    auto lead = outbox::NewLead{.source = "marketplace", .receipt = StoreFixture::receipt(body)};
    lead.fields.last_name = "Przybylski" + std::to_string(i);
    lead.deliveries = {{"crm", std::nullopt}};
    store.add(lead);
  }
  for (const auto& claim : store.claim(600)) store.finish(claim, {.outcome = Outcome::delivered});
  store.add_lead("Stays");
  store.tidy_up(kNinetyDays);
  store.clock.advance(std::chrono::days{92});
  store.tidy_up(kNinetyDays);
  REQUIRE(test::remnants_of({"przybylski"}, store.path) == std::vector<std::string>{});
  REQUIRE(text(store, "SELECT count(*) FROM lead") == "1");
  REQUIRE(text(store, "PRAGMA freelist_count").size() <= 3);
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  raw.execAndGet("PRAGMA wal_checkpoint");
  REQUIRE(std::filesystem::file_size(store.path) < 2u << 20);
}

TEST_CASE("a reader that does not end makes the wiping wait, and nothing else") {
  StoreFixture store;
  const auto lead = store.add_lead("Kowalczyk");
  store.tidy_up();
  SQLite::Database other(store.path);
  {
    const SQLite::Transaction reading(other);
    other.execAndGet("SELECT count(*) FROM lead");
    static_cast<void>(store.erasures.erase(lead, {"ada", ""}));
    store.tidy_up();
    REQUIRE(std::get<outbox::Left>(store.upkeep.step({}, store.clock.now())) == outbox::Left::waiting);
    REQUIRE(text(store, "SELECT purge FROM search_progress") == "3");
    store.add_lead("Another");
  }
  store.tidy_up();
  REQUIRE(text(store, "SELECT purge FROM search_progress") == "0");
  REQUIRE(test::remnants_of({"kowalczyk"}, store.path) == std::vector<std::string>{});
}

TEST_CASE("answers of yesterday and all but the last 500 notices are removed") {
  StoreFixture store;
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  const auto now = to_unix_ms(store.clock.now());
  raw.exec("INSERT INTO given_answer (actor, key, request_sha256, at) VALUES ('a', 'old', zeroblob(32), " +
           std::to_string(now - 86'400'001) + "), ('a', 'new', zeroblob(32), " + std::to_string(now) + ")");
  raw.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 503) "
      "INSERT INTO notice (at, name, kind, text) SELECT i, 'n', 'began', 't' FROM n");
  store.tidy_up();
  REQUIRE(text(store, "SELECT group_concat(key) FROM given_answer") == "new");
  REQUIRE(text(store, "SELECT min(number) || ' ' || count(*) FROM notice") == "4 500");
}

TEST_CASE("nothing to do writes nothing") {
  StoreFixture store;
  store.place(State::delivered);
  store.tidy_up(kNinetyDays);
  const auto size = std::filesystem::file_size(store.path + "-wal");
  const auto before = test::bytes_in_lower_case(store.path + "-wal");
  REQUIRE(store.tidy_up(kNinetyDays) == 1);
  REQUIRE(std::filesystem::file_size(store.path + "-wal") == size);
  REQUIRE(test::bytes_in_lower_case(store.path + "-wal") == before);
}

}  // namespace leadspool
