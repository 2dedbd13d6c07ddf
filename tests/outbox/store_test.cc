#include "outbox/store.h"

#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include "outbox/claims.h"
#include "outbox/corrections.h"
#include "outbox/reader.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"
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

// A store as the program of schema version 1 left it: a delivered, a dead and a quarantined lead, numbers 1
// to 3.
void make_store_of_version_1(const std::string& path) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  raw.execAndGet("PRAGMA journal_mode = WAL");
  raw.exec(content_of(LEADSPOOL_SOURCE_DIR "/migrations/0001_outbox.sql"));
  raw.exec("PRAGMA application_id = 1280528463; PRAGMA user_version = 1");
  raw.exec(R"(
    INSERT INTO lead (id, received_at, source, disposition, disposition_reason, last_name, remote_address,
      headers_json, payload_sha256, payload)
    VALUES (randomblob(16), 1, 'marketplace', 'deliver', '', 'One', '127.0.0.1', '{"a":"b"}', randomblob(32),
              CAST('{}' AS BLOB)),
           (randomblob(16), 2, 'marketplace', 'test', 'a test lead', 'Two', '::1', '{}', randomblob(32),
              randomblob(20000)),
           (randomblob(16), 3, 'partner', 'quarantined', 'not text', '', '::1', '{}', randomblob(32),
              x'00ff0a');
    INSERT INTO delivery (lead_number, destination, state, state_since, due_at)
      VALUES (1, 'crm', 'pending', 1, 1), (2, 'crm', 'pending', 2, 2);
    UPDATE delivery SET state = 'claimed', due_at = NULL, claim_id = 7, lease_until = 9;
    UPDATE delivery SET state = CASE id WHEN 1 THEN 'delivered' ELSE 'dead' END, claim_id = NULL,
      lease_until = NULL, attempt_count = 1, tries = 1, remote_id = CASE id WHEN 1 THEN 'r-1' END,
      cause = CASE id WHEN 2 THEN 'no last name' END;
    INSERT INTO attempt VALUES (1, 1, 3, 4, 'delivered', 0, 201, 'created', ''),
                               (2, 1, 3, 4, 'rejected', 0, 422, 'no', '{"error"}');
    INSERT INTO audit (at, actor, action, lead_number, destination, reason)
      VALUES (5, 'ada', 'redrive', 2, 'crm', 'again');
  )");
}

// Every cell of the tables of version 1, in the columns of version 1.
std::vector<std::string> cells_of_version_1(const std::string& path) {
  SQLite::Database raw(path);
  std::vector<std::string> cells;
  for (const auto& [table, columns] : std::vector<std::pair<std::string, int>>{
           {"lead", 26}, {"delivery", 14}, {"attempt", 9}, {"audit", 7}}) {
    SQLite::Statement rows(raw, "SELECT * FROM " + table);
    REQUIRE(rows.getColumnCount() >= columns);
    while (rows.executeStep()) {
      for (int i = 0; i < columns; ++i) {
        cells.push_back(std::to_string(rows.getColumn(i).getType()) + ":" + rows.getColumn(i).getString());
      }
    }
  }
  return cells;
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
  REQUIRE(content_of(path) == text);
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

TEST_CASE("a store of schema version 1 is brought up to date and keeps every byte") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_1(path);
  const auto before = cells_of_version_1(path);
  REQUIRE(before.size() == 3 * 26 + 2 * 14 + 2 * 9 + 7);

  const auto report = outbox::migrate(path);
  REQUIRE(report.from == 1);
  REQUIRE(report.to == outbox::schema_version());
  REQUIRE(cells_of_version_1(path) == before);
  REQUIRE(SQLite::Database(path).execAndGet("PRAGMA integrity_check").getString() == "ok");
  REQUIRE(outbox::migrate(path).from == outbox::schema_version());

  const auto page = outbox::Reader(path).list({}, 10, std::nullopt);
  REQUIRE(page.leads.size() == 3);
  REQUIRE(outbox::Reader(path).find(page.leads[0].lead.id)->revisions.empty());
  REQUIRE(outbox::Reader(path).status().dispositions.size() == 3);
}

TEST_CASE("the leads of a store of schema version 1 can be revised and delivered") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_1(path);
  outbox::migrate(path);
  outbox::Reader reader(path);
  outbox::Committer committer({.path = path, .own_thread = false});
  const test::FakeClock clock;
  outbox::Corrections corrections(committer, clock);
  const auto quarantined =
      reader.list({.disposition = Disposition::quarantined}, 1, std::nullopt).leads.at(0);
  const auto result = corrections.revise(
      quarantined.lead.id,
      {.fields = {.last_name = "Three"}, .changes_json = "{}", .deliveries = {{"crm", std::nullopt}}},
      {"ada", "mended"});
  REQUIRE(std::holds_alternative<outbox::Revised>(result));
  REQUIRE(reader.payload(quarantined.lead.id) == std::string("\0\xff\n", 3));

  test::SeededRandom random;
  outbox::Claims claims(committer, random);
  std::vector<std::string> claimed;
  claims.claim(
      {.claim_id = 1, .destination = "crm", .limit = 9, .now = clock.now(), .lease_until = clock.now()},
      [&](auto outcome) {
        for (const auto& claim : std::get<outbox::Claimed>(outcome).claims) {
          claimed.push_back(claim.lead.fields.last_name);
        }
      });
  REQUIRE(claimed == std::vector<std::string>{"Three"});
}

}  // namespace leadspool
