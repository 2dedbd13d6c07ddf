#include "outbox/store.h"

#include <filesystem>
#include <fstream>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include "outbox/claims.h"
#include "outbox/corrections.h"
#include "outbox/overview.h"
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

// An empty store as the program of that schema version made it.
SQLite::Database make_store_of_version(int version, const std::string& path) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  raw.execAndGet("PRAGMA journal_mode = WAL");
  raw.exec(content_of(LEADSPOOL_SOURCE_DIR "/migrations/0001_outbox.sql"));
  if (version >= 2) raw.exec(content_of(LEADSPOOL_SOURCE_DIR "/migrations/0002_duplicates_revisions.sql"));
  raw.exec("PRAGMA application_id = 1280528463; PRAGMA user_version = " + std::to_string(version));
  return raw;
}

// With a delivered, a dead and a quarantined lead, numbers 1 to 3.
void make_store_of_version_1(const std::string& path) {
  auto raw = make_store_of_version(1, path);
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

// With a revised lead that is pending at one destination and was tried at another, one that no destination
// wanted, a test lead alike, a quarantined one, a probe and a held duplicate, numbers 1 to 6.
void make_store_of_version_2(const std::string& path) {
  auto raw = make_store_of_version(2, path);
  raw.exec(R"(
    INSERT INTO lead (id, received_at, source, disposition, disposition_reason, duplicate_of, last_name,
      remote_address, headers_json, payload_sha256, payload)
    VALUES (randomblob(16), 1, 'marketplace', 'deliver', '', NULL, 'One', '::1', '{}', randomblob(32), x'7b7d'),
           (randomblob(16), 2, 'marketplace', 'deliver', '', NULL, 'Two', '::1', '{}', randomblob(32), x'7b7d'),
           (randomblob(16), 3, 'partner', 'test', 'a test lead', NULL, '', '::1', '{}', randomblob(32), x'7b7d'),
           (randomblob(16), 4, 'partner', 'quarantined', 'no JSON', NULL, '', '::1', '{}', randomblob(32), x'7b'),
           (randomblob(16), 5, 'partner', 'probe', 'no body', NULL, '', '::1', '{}', randomblob(32), x''),
           (randomblob(16), 6, 'partner', 'duplicate', 'came before', zeroblob(16), '', '::1', '{}',
              randomblob(32), x'7b7d');
    INSERT INTO revision VALUES (1, 1, 7, 'ada', 'a typing error', '{}', x'7b7d', 'deliver', '');
    UPDATE lead SET revision = 1, last_name = 'Mended' WHERE number = 1;
    INSERT INTO delivery (lead_number, destination, state, state_since, due_at, held_reason)
      VALUES (1, 'crm', 'pending', 1, 1, NULL), (1, 'gone', 'pending', 1, 1, NULL),
             (6, 'gone', 'held', 6, NULL, 'came before');
    UPDATE delivery SET attempt_count = 1, tries = 1, due_at = 5 WHERE destination = 'gone' AND lead_number = 1;
    INSERT INTO attempt VALUES (2, 1, 3, 4, 'unavailable', 0, NULL, 'connection refused', '');
  )");
}

using TableColumns = std::vector<std::pair<std::string, int>>;
const TableColumns kTablesOfVersion1{{"lead", 26}, {"delivery", 14}, {"attempt", 9}, {"audit", 7}};
const TableColumns kTablesOfVersion2{
    {"lead", 27}, {"delivery", 14}, {"attempt", 9}, {"audit", 7}, {"revision", 9}};

// Every cell of those tables, in so many columns.
std::vector<std::string> cells_of(const std::string& path, const TableColumns& tables) {
  SQLite::Database raw(path);
  std::vector<std::string> cells;
  for (const auto& [table, columns] : tables) {
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
  const auto before = cells_of(path, kTablesOfVersion1);
  REQUIRE(before.size() == 3 * 26 + 2 * 14 + 2 * 9 + 7);

  const auto report = outbox::migrate(path);
  REQUIRE(report.from == 1);
  REQUIRE(report.to == outbox::schema_version());
  REQUIRE(cells_of(path, kTablesOfVersion1) == before);
  REQUIRE(SQLite::Database(path).execAndGet("PRAGMA integrity_check").getString() == "ok");
  REQUIRE(outbox::migrate(path).from == outbox::schema_version());

  const auto page = outbox::Reader(path).list({}, 10, std::nullopt);
  REQUIRE(page.leads.size() == 3);
  REQUIRE(outbox::Reader(path).find(page.leads[0].lead.id)->revisions.empty());
  REQUIRE(outbox::Overview(path).status().dispositions.size() == 3);
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

TEST_CASE("a store of schema version 2 is brought up to date and keeps every byte") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_2(path);
  const auto before = cells_of(path, kTablesOfVersion2);
  REQUIRE(before.size() == 6 * 27 + 3 * 14 + 9 + 9);

  REQUIRE(outbox::migrate(path).from == 2);
  REQUIRE(outbox::stored_schema_version(path) == outbox::schema_version());
  REQUIRE(cells_of(path, kTablesOfVersion2) == before);
  SQLite::Database raw(path);
  REQUIRE(raw.execAndGet("PRAGMA integrity_check").getString() == "ok");
  REQUIRE_FALSE(SQLite::Statement(raw, "PRAGMA foreign_key_check").executeStep());
}

TEST_CASE("of a store of schema version 2 the readable leads that no destination wants are found") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_2(path);
  outbox::migrate(path);
  outbox::Reader reader(path);
  std::vector<Time> received;
  for (const auto& view : reader.list({.unrouted = true}, 10, std::nullopt).leads) {
    received.push_back(view.lead.received_at);
  }
  REQUIRE(received == std::vector<Time>{from_unix_ms(3), from_unix_ms(2)});
  REQUIRE(outbox::Overview(path).status().unrouted == 2);
}

TEST_CASE("of an older store the destinations are known, and what is pending there can be claimed") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_2(path);
  outbox::migrate(path);
  const auto known = outbox::Overview(path).destinations();
  REQUIRE(known.size() == 2);
  REQUIRE(known[0].name == "crm");
  REQUIRE(known[0].oldest_waiting_received_at == from_unix_ms(1));
  REQUIRE(known[1].name == "gone");
  REQUIRE(known[1].record.health.condition == Condition::working);
  REQUIRE_FALSE(known[1].record.pause);

  outbox::Committer committer({.path = path, .own_thread = false});
  test::SeededRandom random;
  outbox::Claims claims(committer, random);
  for (const auto& [destination, tries] : std::map<std::string, int>{{"crm", 0}, {"gone", 1}}) {
    outbox::Claimed claimed;
    claims.claim({.claim_id = 1,
                  .destination = destination,
                  .limit = 9,
                  .again_limit = 9,
                  .now = from_unix_ms(5),
                  .lease_until = from_unix_ms(60'000)},
                 [&](auto result) { claimed = std::get<outbox::Claimed>(result); });
    REQUIRE(claimed.claims.size() == 1);
    REQUIRE(claimed.claims[0].delivery.tries == tries);
    REQUIRE(claimed.claims[0].lead.fields.last_name == "Mended");
  }
}

TEST_CASE("a lock that is a link is not followed, so that nobody is made to write elsewhere") {
  test::TemporaryFolder folder;
  const auto elsewhere = folder.file("elsewhere");
  std::ofstream(elsewhere) << "as it was";
  std::filesystem::create_symlink(elsewhere, folder.file("leads.db.lock"));
  REQUIRE_THROWS_AS(outbox::StoreLock(folder.file("leads.db")), outbox::StoreError);
  std::ifstream file(elsewhere);
  std::string content;
  std::getline(file, content);
  REQUIRE(content == "as it was");
}

}  // namespace leadspool
