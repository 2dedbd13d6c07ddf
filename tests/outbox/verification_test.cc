#include "outbox/verification.h"

#include <filesystem>
#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include "outbox/planted.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::plant;
using test::StoreFixture;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// All that was found, one a line, as "check: what".
std::string flaws_of(const std::string& path) {
  std::string text;
  for (const auto& flaw : outbox::verify_store(path).flaws) text += flaw.check + ": " + flaw.what + "\n";
  return text;
}

// The next five leads: one in each state that a delivery rests in.
void fill(StoreFixture& store) {
  for (const auto state : {State::delivered, State::dead, State::held, State::pending, State::discarded}) {
    store.place(state);
  }
}

std::string refusal_of(const std::string& path) {
  try {
    static_cast<void>(outbox::verify_store(path));
  } catch (const outbox::StoreError& failure) {
    return failure.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a store that went through every door is good, and its leads are counted") {
  StoreFixture store;
  const auto erased = store.place(State::delivered).lead;
  REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(erased, {"ada", "asked"})));
  const auto retried = store.place(State::claimed);
  REQUIRE(store.finish(retried.claim, {.outcome = Outcome::unavailable, .counts_against_budget = true}));
  REQUIRE(std::holds_alternative<outbox::Revised>(store.corrections.revise(
      retried.lead, {.fields = {.last_name = "Two"}, .changes_json = "{}"}, {"ada", ""})));
  store.add({.source = "fair", .receipt = StoreFixture::receipt()});
  fill(store);
  store.tidy_up();

  REQUIRE(flaws_of(store.path) == "");
  const auto verification = outbox::verify_store(store.path);
  REQUIRE(verification.leads == 8);
  REQUIRE(verification.last_number == 8);
  REQUIRE(verification.schema_version == outbox::schema_version());
  REQUIRE(verification.newest_received_at == store.clock.now());
  REQUIRE(verification.bytes > 0);
  REQUIRE(verification.checks.size() == 7);
  for (const auto& check : verification.checks) {
    INFO(check.name);
    REQUIRE(check.looked_at > 0);
    REQUIRE(check.flaws == 0);
  }
}

TEST_CASE("a store without leads is good") {
  StoreFixture store;
  REQUIRE(flaws_of(store.path) == "");
}

TEST_CASE("what retention removed is not missing") {
  StoreFixture store;
  for (int i = 0; i < 5; ++i) store.place(i == 2 ? State::dead : State::delivered);
  store.clock.advance(std::chrono::hours{24 * 40});
  store.place(State::delivered);
  store.tidy_up({.keep_delivered = std::chrono::hours{24 * 30}});
  const auto verification = outbox::verify_store(store.path);
  REQUIRE(flaws_of(store.path) == "");
  REQUIRE(verification.leads == 2);
  REQUIRE(verification.last_number == 6);
}

TEST_CASE("each planted flaw is named with the lead it is of") {
  struct Case {
    const char* sql;
    const char* flaw;
  };
  const auto& [sql, flaw] = GENERATE(values<Case>({
      {"UPDATE lead SET payload = x'7b7e' WHERE number = 2",
       "payloads: lead ID2 (number 2): its payload is not that of its receipt"},
      {"UPDATE lead SET payload_sha256 = zeroblob(32) WHERE number = 2",
       "payloads: lead ID2 (number 2): its payload is not that of its receipt"},
      {"DELETE FROM lead WHERE number = 3",
       "sequence: lead number 3 is missing: neither there, nor removed by retention"},
      {"DELETE FROM lead WHERE number IN (3, 4)",
       "sequence: leads number 3 to 4 are missing: neither there, nor removed by retention"},
      {"DELETE FROM lead WHERE number = 5",
       "sequence: lead number 5 is missing: neither there, nor removed by retention"},
      {"DELETE FROM lead WHERE number = 3", "history: delivery to crm: its lead, number 3, is missing"},
      {"INSERT INTO removed_leads VALUES (4, 4)",
       "sequence: lead ID4 (number 4): retention has removed it, but it is there"},
      {"INSERT INTO removed_leads VALUES (70, 80)",
       "sequence: leads number 70 to 80: retention cannot have removed them, or not twice"},
      {"UPDATE sqlite_sequence SET seq = 4 WHERE name = 'lead'",
       "sequence: the last number given to a lead was 4, but 5 is there"},
      {"DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)", "sequence: audit: "},
      {"DELETE FROM delivery WHERE lead_number = 4",
       "states: lead ID4 (number 4): it is to go out, but its delivery is missing"},
      {"DELETE FROM delivery WHERE lead_number = 1",
       "history: delivery 1: it is missing, but 1 attempts of it are there"},
      {"DELETE FROM delivery WHERE lead_number = 4",
       "counts: deliveries to crm, open: the count says 1, but 0 are there"},
      {"DELETE FROM attempt WHERE delivery_id = 2",
       "history: lead ID2 (number 2), delivery to crm: it was tried 1 times, but 0 attempts are there"},
      {"UPDATE attempt SET number = 7 WHERE delivery_id = 2",
       "history: lead ID2 (number 2), delivery to crm: its attempts are not numbered from 1 to 1"},
      {"UPDATE delivery SET state = 'gone' WHERE lead_number = 2",
       "states: lead ID2 (number 2), delivery to crm: its state is none that there is"},
      {"UPDATE delivery SET due_at = 5 WHERE lead_number = 1",
       "states: lead ID1 (number 1), delivery to crm: it is delivered, but due"},
      {"UPDATE delivery SET state = 'pending' WHERE lead_number = 2",
       "states: lead ID2 (number 2), delivery to crm: it is pending, but never due"},
      {"UPDATE delivery SET state = 'claimed', due_at = NULL WHERE lead_number = 4",
       "states: lead ID4 (number 4), delivery to crm: it is claimed, but by nobody"},
      {"UPDATE delivery SET state = 'dead', due_at = NULL WHERE lead_number = 4",
       "states: lead ID4 (number 4), delivery to crm: it is dead without a cause"},
      {"UPDATE delivery SET state = 'delivered', cause = NULL WHERE lead_number = 2",
       "history: lead ID2 (number 2), delivery to crm: it is delivered, but its last attempt ended as "
       "rejected"},
      {"UPDATE delivery SET state = 'delivered', held_reason = NULL WHERE lead_number = 3",
       "history: lead ID3 (number 3), delivery to crm: it is delivered, but was never tried"},
      {"UPDATE delivery SET state = 'dead', cause = 'x' WHERE lead_number = 1",
       "history: lead ID1 (number 1), delivery to crm: it is dead, but an attempt before had delivered it"},
      {"UPDATE delivery SET budget_spent = 0 WHERE lead_number = 2",
       "history: lead ID2 (number 2), delivery to crm: its budget is not what its attempts have spent"},
      {"UPDATE delivery SET tries = 9 WHERE lead_number = 2",
       "states: lead ID2 (number 2), delivery to crm: its counts of tries contradict each other"},
      {"UPDATE lead SET disposition = 'duplicate', disposition_reason = 'x' WHERE number = 2",
       "states: lead ID2 (number 2): it is a duplicate, but of no lead"},
      {"UPDATE lead SET unrouted = 1 WHERE number = 2",
       "states: lead ID2 (number 2): no destination wants it, but it has a delivery"},
      {"UPDATE lead SET revision = 2 WHERE number = 2",
       "history: lead ID2 (number 2): its latest revision is number 2, but 0 are there"},
      {"UPDATE lead SET erased_at = 5, payload = x'', payload_sha256 = zeroblob(32) WHERE number = 2",
       "states: lead ID2 (number 2): it was erased, but something of it is still there"},
      {"UPDATE lead_count SET count = 77",
       "counts: leads of source marketplace: the count says 77, but 5 are there"},
      {"UPDATE received_in_hour SET count = count + 1", "counts: the hours count "},
      {"DELETE FROM received_on_day", "counts: day "},
      {"UPDATE attempts_in_hour SET count = count + 1 WHERE outcome = 'rejected'",
       "counts: attempts at crm in hour"},
      {"DROP INDEX lead_by_email", "schema: index lead_by_email: it is missing"},
  }));
  StoreFixture store;
  fill(store);
  REQUIRE(flaws_of(store.path) == "");
  std::string wanted = flaw;
  if (const auto at = wanted.find("ID"); at != std::string::npos) {
    const auto number = std::stoi(wanted.substr(at + 2, 1));
    const auto all = store.reader.list({}, 10, std::nullopt).leads;
    wanted.replace(at, 3, to_string(all.at(all.size() - static_cast<std::size_t>(number)).lead.id));
  }
  plant(store.path, sql);
  INFO(sql);
  INFO(flaws_of(store.path));
  REQUIRE(contains(flaws_of(store.path), wanted));
}

TEST_CASE("a rule that is missing, altered or added is named") {
  StoreFixture store;
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE, 5'000);
  raw.exec(
      "DROP TRIGGER lead_stays_erased; DROP TRIGGER attempt_is_never_removed;"
      "CREATE TRIGGER attempt_is_never_removed BEFORE DELETE ON attempt BEGIN SELECT 1; END;"
      "CREATE TRIGGER theirs AFTER INSERT ON lead BEGIN SELECT 1; END;"
      "CREATE INDEX harmless ON lead (received_at)");
  REQUIRE(flaws_of(store.path) ==
          "schema: trigger attempt_is_never_removed: it is not as this program makes it\n"
          "schema: trigger lead_stays_erased: it is missing\n"
          "schema: trigger theirs: this program has none of that name\n");
}

TEST_CASE("of each check the first hundred flaws are told, and all are counted") {
  StoreFixture store;
  for (int i = 0; i < 150; ++i) store.add_lead();
  plant(store.path, "UPDATE lead SET payload = x'00'");
  const auto verification = outbox::verify_store(store.path);
  REQUIRE(verification.flaws.size() == 100);
  REQUIRE(verification.checks.at(2).name == "payloads");
  REQUIRE(verification.checks.at(2).flaws == 150);
}

TEST_CASE("of a damaged file what can still be read is looked at, and one cut short is refused") {
  StoreFixture store;
  for (int i = 0; i < 60; ++i) {
    store.add({.source = "marketplace",
               .receipt = StoreFixture::receipt(std::string(6'000, 'x')),
               .deliveries = {{"crm", std::nullopt}}});
  }
  const auto copy = store.folder.file("copy.db");
  SQLite::Database(store.path, SQLite::OPEN_READWRITE, 5'000).exec("VACUUM INTO '" + copy + "'");
  REQUIRE(flaws_of(copy) == "");
  const auto size = std::filesystem::file_size(copy);
  {
    std::fstream file(copy, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(size * 2 / 3));
    file << std::string(20'000, '\0');
  }
  REQUIRE(contains(flaws_of(copy), "integrity: "));
  REQUIRE(outbox::verify_store(copy).checks.at(1).flaws == 0);
  std::filesystem::resize_file(copy, size / 2);
  REQUIRE(contains(refusal_of(copy), "cut short"));
}

TEST_CASE("what is no store is refused with the reason") {
  test::TemporaryFolder folder;
  REQUIRE(contains(refusal_of(folder.file("none.db")), folder.file("none.db")));
  std::ofstream(folder.file("notes.txt")) << std::string(5'000, 'n');
  REQUIRE(contains(refusal_of(folder.file("notes.txt")), "not a database"));
  std::ofstream(folder.file("empty.db")) << "";
  REQUIRE(contains(refusal_of(folder.file("empty.db")), "empty"));
  REQUIRE(contains(refusal_of(folder.file(".")), "no plain file"));
  REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
  REQUIRE(contains(refusal_of(folder.file("pipe")), "no plain file"));
  SQLite::Database(folder.file("other.db"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
      .exec("CREATE TABLE theirs (x)");
  REQUIRE(contains(refusal_of(folder.file("other.db")), "not a Leadspool store"));
  const StoreFixture store;
  plant(store.path, "PRAGMA user_version = 4711");
  REQUIRE(contains(refusal_of(store.path), "newer"));
}

TEST_CASE("a copy is looked at where nothing can be written") {
  StoreFixture store;
  fill(store);
  const auto copy = store.folder.file("copy.db");
  SQLite::Database(store.path, SQLite::OPEN_READWRITE, 5'000).exec("VACUUM INTO '" + copy + "'");
  REQUIRE(flaws_of(copy) == "");
  for (const char* end : {"-wal", "-shm", "-journal"}) REQUIRE_FALSE(std::filesystem::exists(copy + end));
}

}  // namespace leadspool
