// What a store counted by looking, before counts were kept, is counted once when it is brought up to date.
#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/count_check.h"
#include "outbox/overview.h"
#include "outbox/reader.h"
#include "outbox/store.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace leadspool {
namespace {

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// 600 leads of three days, with deliveries in every state and revisions, as schema version 3 has them.
void make_store_of_version_3(const std::string& path) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  raw.execAndGet("PRAGMA journal_mode = WAL");
  for (const auto* name : {"0001_outbox", "0002_duplicates_revisions", "0003_delivery_engine"}) {
    raw.exec(content_of(LEADSPOOL_SOURCE_DIR "/migrations/" + std::string(name) + ".sql"));
  }
  raw.exec(R"(
    PRAGMA application_id = 1280528463;
    PRAGMA user_version = 3;
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
    INSERT INTO lead (id, received_at, source, disposition, disposition_reason, email, remote_address, headers_json,
      payload_sha256, payload)
    SELECT randomblob(16), 1000000000000 + i * 432000, iif(i % 3 = 0, 'fair', 'marketplace'),
      iif(i % 7 = 0, 'quarantined', 'deliver'), iif(i % 7 = 0, 'no JSON', ''), 'a' || i || '@contoso.com', '::1', '{}',
      zeroblob(32), x'7b7d' FROM n;
    INSERT INTO delivery (lead_number, destination, state, state_since, due_at, held_reason)
      SELECT number, 'crm', iif(number % 6 = 5, 'held', 'pending'), received_at, iif(number % 6 = 5, NULL, received_at),
        iif(number % 6 = 5, 'waits', NULL) FROM lead WHERE disposition = 'deliver';
    UPDATE delivery SET state = 'claimed', due_at = NULL, claim_id = 1, lease_until = 9
      WHERE state = 'pending' AND lead_number % 6 <> 0;
    UPDATE delivery SET state = iif(lead_number % 6 = 2, 'dead', 'delivered'), claim_id = NULL, lease_until = NULL,
      attempt_count = 1, tries = 1, state_since = state_since + lead_number * lead_number * 5000,
      cause = iif(lead_number % 6 = 2, 'no last name', NULL)
      WHERE state = 'claimed' AND lead_number % 6 < 4;
    INSERT INTO attempt SELECT id, 1, state_since, 5, iif(state = 'dead', 'rejected', 'delivered'), 0, 201, '', ''
      FROM delivery WHERE attempt_count = 1;
    UPDATE delivery SET state = 'discarded' WHERE state IN ('held', 'dead') AND lead_number % 5 = 0;
    INSERT INTO revision SELECT number, 1, 7, 'ada', '', '{}', NULL, disposition, disposition_reason
      FROM lead WHERE number % 14 = 0;
    UPDATE lead SET revision = 1, disposition = 'deliver', disposition_reason = '' WHERE number % 14 = 0;
  )");
}

std::int64_t one_number(const std::string& path, const std::string& sql) {
  return SQLite::Database(path).execAndGet(sql).getInt64();
}

}  // namespace

TEST_CASE(
    "a store of schema version 3 with deliveries in every state is counted when it is brought up to date") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_3(path);
  REQUIRE(one_number(path, "SELECT count(DISTINCT state) FROM delivery") == 6);
  REQUIRE(outbox::migrate(path).from == 3);
  test::require_counts_agree(path);
  REQUIRE(one_number(path, "SELECT sum(count) FROM ended_in_hour WHERE state = 'delivered'") ==
          one_number(path, "SELECT count(*) FROM delivery WHERE state = 'delivered'"));
  REQUIRE(one_number(path, "SELECT sum(count) FROM received_in_hour WHERE disposition = 'quarantined'") ==
          85);
  REQUIRE(one_number(path, "SELECT sum(count) FROM lead_count WHERE disposition = 'quarantined'") == 85 - 42);

  outbox::Overview overview(path);
  const auto status = overview.status();
  REQUIRE(status.leads == 600);
  REQUIRE(status.not_searchable == 600);
  const auto waits = overview.waits(from_unix_ms(0), from_unix_ms(2'000'000'000'000));
  int used = 0;
  for (const auto count : waits.counts) used += count > 0 ? 1 : 0;
  REQUIRE(used > 5);
  REQUIRE(waits.counts.back() > 0);
}

TEST_CASE("what was there before can be searched at once") {
  test::TemporaryFolder folder;
  const auto path = folder.file("leads.db");
  make_store_of_version_3(path);
  outbox::migrate(path);
  outbox::Reader reader(path);
  for (const auto* typed : {"a77@contoso.com", "a77 contoso", "a77@"}) {
    outbox::LeadFilter filter;
    filter.search = outbox::parse_lead_search(typed);
    REQUIRE(reader.list(filter, 10, std::nullopt).leads.size() == 1);
  }
}

}  // namespace leadspool
