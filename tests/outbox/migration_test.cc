// What is done before a store of an older program is migrated: a copy that the older program can go on with,
// and, where it is asked for or the store is large, a trial on a second copy.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include "outbox/store.h"
#include "outbox/verification.h"
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

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Three leads that no destination wants, as schema version 3 has them; `spare_bytes` make the file larger.
void make_store_of_version_3(const std::string& path, int spare_bytes = 0) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  raw.execAndGet("PRAGMA journal_mode = WAL");
  for (const auto* name : {"0001_outbox", "0002_duplicates_revisions", "0003_delivery_engine"}) {
    raw.exec(content_of(LEADSPOOL_SOURCE_DIR "/migrations/" + std::string(name) + ".sql"));
  }
  SQLite::Statement lead(raw, R"(
    INSERT INTO lead (id, received_at, source, disposition, unrouted, remote_address, headers_json,
      payload_sha256, payload) VALUES (randomblob(16), 5, 'fair', 'deliver', 1, '::1', '{}', ?, x''))");
  // Of nothing.
  const auto digest = std::string(
      "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4"
      "\x95"
      "\x99\x1b\x78\x52\xb8\x55",
      32);
  for (int i = 0; i < 3; ++i) {
    lead.bind(1, digest.data(), 32);
    lead.exec();
    lead.reset();
  }
  raw.exec("PRAGMA application_id = 1280528463; PRAGMA user_version = 3;");
  if (spare_bytes > 0) {
    raw.exec("CREATE TABLE spare (x); INSERT INTO spare VALUES (zeroblob(" + std::to_string(spare_bytes) +
             "))");
  }
}

int version_of(const std::string& path) {
  return SQLite::Database(path).execAndGet("PRAGMA user_version").getInt();
}

std::vector<std::string> files_in(const test::TemporaryFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("before a migration a copy is made that the older program can go on with") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_3(path);
  const auto report = outbox::migrate(path);
  REQUIRE(report.from == 3);
  REQUIRE(report.copy == path + ".schema-3");
  REQUIRE(version_of(path) == outbox::schema_version());
  REQUIRE(version_of(report.copy) == 3);
  struct stat status{};
  REQUIRE(stat(report.copy.c_str(), &status) == 0);
  REQUIRE((status.st_mode & 0777) == 0600);
  for (const char* end : {"-wal", "-shm"}) REQUIRE_FALSE(std::filesystem::exists(report.copy + end));

  const auto verification = outbox::verify_store(report.copy);
  REQUIRE(verification.is_good());
  REQUIRE(verification.schema_version == 3);
  REQUIRE(verification.leads == 3);
  REQUIRE(version_of(report.copy) == 3);
  REQUIRE(outbox::migrate(path).copy.empty());
}

TEST_CASE("a copy of before is kept while the store stays as it is, and replaced once it was written to") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  const auto copy = path + ".schema-3";
  make_store_of_version_3(path);
  std::ofstream(copy) << "made at an earlier start";
  const auto written = std::filesystem::last_write_time(path);

  SECTION("made after the store was written to last") {
    std::filesystem::last_write_time(copy, written + std::chrono::seconds{1});
    REQUIRE(outbox::migrate(path).copy == copy);
    REQUIRE(content_of(copy) == "made at an earlier start");
  }
  SECTION("made before that") {
    std::filesystem::last_write_time(copy, written - std::chrono::seconds{1});
    REQUIRE(outbox::migrate(path).copy == copy);
    REQUIRE(outbox::verify_store(copy).leads == 3);
  }
}

TEST_CASE("a new store is made without a copy") {
  test::TemporaryFolder folder;
  REQUIRE(outbox::migrate(folder.file("leads.db")).copy.empty());
  REQUIRE_FALSE(std::filesystem::exists(folder.file("leads.db.schema-0")));
}

TEST_CASE("a newer store's refusal names the copy from before the upgrade") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  outbox::migrate(path);
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 4711");
  REQUIRE_FALSE(contains(failure_of([&] { outbox::migrate(path); }), "leadspool restore"));
  const auto copy = path + ".schema-" + std::to_string(outbox::schema_version());
  std::ofstream(copy) << "";
  REQUIRE(contains(failure_of([&] { outbox::migrate(path); }), "leadspool restore " + copy));
}

TEST_CASE("a trial tells what would be done, and changes nothing") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_3(path);
  const auto before = content_of(path);
  const auto trial = outbox::try_migration(path);
  REQUIRE(trial.from == 3);
  REQUIRE(trial.to == outbox::schema_version());
  REQUIRE(trial.migrations.front() == "0004_admin");
  REQUIRE(trial.bytes > 0);
  REQUIRE(trial.free_bytes > trial.bytes_needed);
  REQUIRE(trial.bytes_needed >= 2 * trial.bytes);
  REQUIRE(content_of(path) == before);
  REQUIRE(version_of(path) == 3);
  for (const auto& name : files_in(folder)) REQUIRE_FALSE(contains(name, "trial"));
}

TEST_CASE("without a store, or with nothing to do, nothing is tried") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  const auto none = outbox::try_migration(path);
  REQUIRE(none.from == 0);
  REQUIRE(none.migrations.size() == static_cast<std::size_t>(outbox::schema_version()));
  REQUIRE(files_in(folder).empty());
  outbox::migrate(path);
  const auto done = outbox::try_migration(path);
  REQUIRE(done.migrations.empty());
  REQUIRE(done.took.count() == 0);
}

TEST_CASE("a migration that would fail is told of by the trial, and leaves the store as it was") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_3(path);
  // In the way of one that the migration makes.
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("CREATE TABLE lead_count (theirs)");
  const auto refusal = failure_of([&] { static_cast<void>(outbox::try_migration(path)); });
  REQUIRE(contains(refusal, "lead_count"));
  REQUIRE(contains(refusal, "left as it was"));
  REQUIRE(contains(failure_of([&] { outbox::migrate(path); }), "lead_count"));
  REQUIRE(version_of(path) == 3);
  for (const auto& name : files_in(folder)) REQUIRE_FALSE(contains(name, "trial"));
}

TEST_CASE("a large store is tried on a copy before it is migrated") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_3(path, static_cast<int>(outbox::kTriedOnCopy));
  // What a process that died left is in nobody's way.
  std::ofstream(path + ".trial") << "half of one";
  const auto report = outbox::migrate(path);
  REQUIRE(report.from == 3);
  REQUIRE_FALSE(std::filesystem::exists(path + ".trial"));
  REQUIRE(outbox::verify_store(path).leads == 3);
}

}  // namespace leadspool
