#include "outbox/committer.h"

#include <atomic>
#include <latch>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using outbox::Connection;
using outbox::Failure;
using outbox::Urgency;
using test::StoreFixture;

constexpr const char* kNote = "INSERT INTO audit (at, actor, action, reason) VALUES (1, 'tester', 'note', ?)";
constexpr const char* kBroken = "INSERT INTO audit (at, actor, action) VALUES (1, '', '')";

void note(Connection& connection, const std::string& reason) {
  auto insert = connection.use(kNote);
  insert->bind(1, reason);
  insert->exec();
}

int count_notes(const std::string& path) {
  SQLite::Database raw(path);
  return raw.execAndGet("SELECT count(*) FROM audit WHERE action = 'note'").getInt();
}

}  // namespace

TEST_CASE("a change that fails does not sink its neighbours in the same commit") {
  StoreFixture store(true);
  std::latch held{1};
  std::latch entered{1};
  // The first change keeps the thread busy until all the others wait, so that they share a commit.
  store.committer.submit(
      Urgency::always,
      [&](Connection&) {
        entered.count_down();
        held.wait();
      },
      [](const auto&) {});
  entered.wait();

  std::atomic<int> committed = 0;
  std::optional<Failure> failure;
  std::latch all{3};
  for (const bool good : {true, false, true}) {
    store.committer.submit(
        Urgency::always,
        [good](Connection& connection) {
          note(connection, "shared");
          if (!good) connection.use(kBroken)->exec();
        },
        [&](const outbox::CommitResult& result) {
          if (result) {
            failure = *result;
          } else {
            ++committed;
          }
          all.count_down();
        });
  }
  held.count_down();
  all.wait();
  REQUIRE(committed == 2);
  REQUIRE(failure.has_value());
  REQUIRE(failure->kind == Failure::Kind::refused);
  REQUIRE(count_notes(store.path) == 2);
}

TEST_CASE("callers are told only after the commit") {
  StoreFixture store(true);
  int seen_by_others = -1;
  std::latch told{1};
  store.committer.submit(
      Urgency::always, [](Connection& connection) { note(connection, "visible"); },
      [&](const auto&) {
        seen_by_others = count_notes(store.path);
        told.count_down();
      });
  told.wait();
  REQUIRE(seen_by_others == 1);
}

TEST_CASE("when too much is waiting a new lead is refused at once, and an outcome is not") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  outbox::Committer committer({.path = path, .max_waiting = 2});
  std::latch held{1};
  std::latch entered{1};
  committer.submit(
      Urgency::always,
      [&](Connection&) {
        entered.count_down();
        held.wait();
      },
      [](const auto&) {});
  entered.wait();

  std::latch rest{3};
  const auto count_down = [&](const auto&) { rest.count_down(); };
  committer.submit(Urgency::when_there_is_room, [](Connection&) {}, count_down);
  committer.submit(Urgency::when_there_is_room, [](Connection&) {}, count_down);
  outbox::CommitResult refused;
  committer.submit(
      Urgency::when_there_is_room, [](Connection&) {}, [&](const auto& told) { refused = told; });
  REQUIRE(refused.has_value());
  REQUIRE(refused->kind == Failure::Kind::queue_full);
  committer.submit(Urgency::always, [](Connection&) {}, count_down);
  held.count_down();
  rest.wait();
}

TEST_CASE("many threads committing at once each find their change stored") {
  StoreFixture store(true);
  constexpr int kThreads = 16;
  constexpr int kEach = 25;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < kEach; ++n) {
        if (store.committer.commit(Urgency::always, [](Connection& c) { note(c, "one of many"); }))
          ++failures;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(failures == 0);
  REQUIRE(count_notes(store.path) == kThreads * kEach);
}

TEST_CASE("what was handed over before the end is committed") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  {
    outbox::Committer committer({.path = path});
    for (int i = 0; i < 100; ++i) {
      committer.submit(Urgency::always, [](Connection& c) { note(c, "last"); }, [](const auto&) {});
    }
  }
  REQUIRE(count_notes(path) == 100);
}

TEST_CASE("the log is copied into the file when it has grown, and keeps its size") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  const auto log_size = [&] { return std::filesystem::file_size(path + "-wal"); };
  const auto file_size = [&] { return std::filesystem::file_size(path); };
  outbox::Committer committer({.path = path, .checkpoint_pages = 50});
  const auto before = file_size();
  const std::string large(3'000, 'x');
  const auto fill = [&](int times) {
    for (int i = 0; i < times; ++i) {
      REQUIRE_FALSE(committer.commit(Urgency::always, [&](Connection& c) { note(c, large); }));
    }
  };
  fill(200);
  REQUIRE(file_size() > before);
  const auto grown = log_size();
  fill(200);
  REQUIRE(log_size() == grown);
}

TEST_CASE("a durable connection is in WAL mode with full sync and foreign keys") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  Connection connection(path, Connection::Mode::durable_write);
  const auto pragma = [&](const char* sql) { return connection.database().execAndGet(sql).getString(); };
  REQUIRE(pragma("PRAGMA journal_mode") == "wal");
  REQUIRE(pragma("PRAGMA synchronous") == "2");
  REQUIRE(pragma("PRAGMA foreign_keys") == "1");
}

TEST_CASE("a reading connection can neither write nor checkpoint") {
  StoreFixture store;
  Connection connection(store.path, Connection::Mode::read_only);
  REQUIRE_THROWS_AS(connection.database().exec("DELETE FROM delivery"), SQLite::Exception);
}

TEST_CASE("how long a change holds up the committer can be seen meanwhile") {
  StoreFixture store(true);
  REQUIRE(store.committer.busy_for() == Milliseconds{0});
  std::latch held{1};
  store.committer.submit(Urgency::always, [&](Connection&) { held.wait(); }, [](const auto&) {});
  test::wait_until("it shows", [&] { return store.committer.busy_for() > Milliseconds{50}; });
  held.count_down();
  test::wait_until("it waits for work", [&] { return store.committer.busy_for() == Milliseconds{0}; });
}

}  // namespace leadspool
