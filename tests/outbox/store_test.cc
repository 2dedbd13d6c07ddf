#include "outbox/store.h"

#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include "outbox/reader.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace leadspool {
namespace {

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const outbox::StoreError& failure) {
    return failure.what();
  }
  return "";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a new store is made once, readable by its owner alone") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  const auto first = outbox::migrate(path);
  REQUIRE(first.from == 0);
  REQUIRE(first.to == outbox::schema_version());
  const auto second = outbox::migrate(path);
  REQUIRE(second.from == outbox::schema_version());

  struct stat status{};
  for (const auto& file : {path, path + "-wal"}) {
    if (stat(file.c_str(), &status) != 0) continue;
    REQUIRE((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a store of a newer program is refused and not touched") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 4711");
  const auto refusal = failure_of([&] { outbox::migrate(path); });
  REQUIRE(contains(refusal, "schema version 4711"));
  REQUIRE(contains(refusal, "newer"));
  REQUIRE(SQLite::Database(path).execAndGet("PRAGMA user_version").getInt() == 4711);
  REQUIRE(contains(failure_of([&] { outbox::Reader{path}; }), "4711"));
}

TEST_CASE("somebody else's SQLite file is refused and not touched") {
  test::TemporaryFolder folder;
  const auto path = folder.file("other.db");
  SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE theirs (x)");
  REQUIRE(contains(failure_of([&] { outbox::migrate(path); }), "not a Leadspool store"));
  REQUIRE(SQLite::Database(path).execAndGet("PRAGMA journal_mode").getString() == "delete");
}

TEST_CASE("a file that is no database is refused and not touched") {
  test::TemporaryFolder folder;
  const auto path = folder.file("notes.txt");
  const std::string text(5'000, 'n');
  std::ofstream(path) << text;
  REQUIRE_FALSE(failure_of([&] { outbox::migrate(path); }).empty());
  std::ifstream again(path);
  REQUIRE(std::string(std::istreambuf_iterator<char>(again), {}) == text);
}

TEST_CASE("a folder that is not there is named in the refusal") {
  const std::string path = "/nonexistent/leads.db";
  REQUIRE(contains(failure_of([&] { outbox::migrate(path); }), path));
  REQUIRE(contains(failure_of([&] { outbox::StoreLock{path}; }), path));
}

TEST_CASE("only one holds the lock, and the refusal names its process") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  {
    const outbox::StoreLock lock(path);
    REQUIRE(contains(failure_of([&] { outbox::StoreLock{path}; }), "pid " + std::to_string(getpid())));
  }
  REQUIRE(failure_of([&] { outbox::StoreLock{path}; }).empty());
}

}  // namespace leadspool
