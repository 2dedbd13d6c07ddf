#include "upkeep/keeper.h"

#include <chrono>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/captured_log.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;
using upkeep::Keeper;

constexpr outbox::UpkeepRules kNinetyDays{.keep_delivered = std::chrono::days{90}};

int count(const StoreFixture& store, const std::string& table) {
  return SQLite::Database(store.path).execAndGet("SELECT count(*) FROM " + table).getInt();
}

std::int64_t indexed_to(const StoreFixture& store) {
  return SQLite::Database(store.path).execAndGet("SELECT indexed_to FROM search_progress").getInt64();
}

std::size_t count_in(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Until the keeper's thread has brought it about.
void wait_until(const std::function<bool()>& is_so) {
  while (!is_so()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("one look does all there is to do") {
  StoreFixture store;
  Keeper keeper(kNinetyDays, store.committer, store.clock);
  const auto placed = store.place(State::delivered);
  store.add_lead("Two", "mail");
  store.clock.advance(std::chrono::days{92});
  REQUIRE(std::holds_alternative<outbox::Erased>(
      store.erasures.erase(store.place(State::dead).lead, {"ada", ""})));

  keeper.run_once();
  REQUIRE(indexed_to(store) == 3);
  REQUIRE(!store.reader.find(placed.lead));
  REQUIRE(count(store, "lead") == 2);
  REQUIRE(SQLite::Database(store.path).execAndGet("SELECT purge FROM search_progress").getInt() == 0);
}

TEST_CASE("what the rules say after a reload holds from the next step on") {
  StoreFixture store;
  Keeper keeper({}, store.committer, store.clock);
  store.place(State::delivered);
  store.clock.advance(std::chrono::days{92});
  keeper.run_once();
  REQUIRE(count(store, "lead") == 1);

  keeper.reconfigure(kNinetyDays);
  keeper.run_once();
  REQUIRE(count(store, "lead") == 0);
}

TEST_CASE("how many leads retention removed is logged once") {
  StoreFixture store;
  Keeper keeper(kNinetyDays, store.committer, store.clock);
  store.place(State::delivered);
  store.place(State::delivered);
  store.clock.advance(std::chrono::days{92});
  test::CapturedLog log;
  keeper.run_once();
  keeper.run_once();
  REQUIRE(count_in(log.text(), "retention_removed") == 1);
  REQUIRE(count_in(log.text(), "leads=2") == 1);
}

TEST_CASE("a woken keeper looks after the leads that came") {
  StoreFixture store(true);
  Keeper keeper({}, store.committer, store.clock);
  keeper.start();
  store.add_lead();
  keeper.wake();
  wait_until([&] { return indexed_to(store) == 1; });
  store.add_lead();
  keeper.wake();
  wait_until([&] { return indexed_to(store) == 2; });
  keeper.stop();
  REQUIRE(indexed_to(store) == 2);
}

TEST_CASE("a store in trouble is told of once, and looked after when it is well again") {
  StoreFixture store;
  Keeper keeper({}, store.committer, store.clock);
  store.add_lead();
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  raw.exec("CREATE TRIGGER broken BEFORE UPDATE ON search_progress BEGIN SELECT RAISE(ABORT, 'no'); END");
  {
    test::CapturedLog log;
    keeper.run_once();
    keeper.run_once();
    REQUIRE(count_in(log.text(), "upkeep_broke_off") == 1);
  }
  raw.exec("DROP TRIGGER broken");
  keeper.run_once();
  REQUIRE(indexed_to(store) == 1);
}

}  // namespace leadspool
