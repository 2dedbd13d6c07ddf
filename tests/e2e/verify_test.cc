// `leadspool verify`, `restore` and `migrate` through the real program: on a store, on copies with one flaw
// each, and on what is no store.
#include <filesystem>
#include <fstream>

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "e2e/installation.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string lead_of(const std::string& last_name) {
  return Json{{"UserDetails",
               {{"FirstName", "Anna"},
                {"LastName", last_name},
                {"Email", "anna@contoso.com"},
                {"Company", "Contoso"}}},
              {"LeadSource", "AzureMarketplace"},
              {"ActionCode", "INS"},
              {"OfferTitle", "Fourth Coffee"}}
      .dump();
}

void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  const int result = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  const std::string why = sqlite3_errmsg(database);
  sqlite3_close(database);
  INFO(sql << ": " << why);
  REQUIRE(result == SQLITE_OK);
}

// Three leads in the CRM and two that are held back; then the service is stopped. Their ids, in order.
std::vector<std::string> fill(Installation& leadspool) {
  std::vector<std::string> leads;
  leadspool.simulate_crm();
  leadspool.serve();
  for (int i = 0; i < 3; ++i) leads.push_back(leadspool.accept(lead_of("Done" + std::to_string(i)))["id"]);
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 3; });
  REQUIRE(leadspool.leadspool({"destinations", "pause", "crm", "--reason", "a test"}).code == 0);
  for (int i = 0; i < 2; ++i) leads.push_back(leadspool.accept(lead_of("Open" + std::to_string(i)))["id"]);
  REQUIRE(leadspool.stop().code == 0);
  return leads;
}

std::string copy_of_store(const Installation& leadspool, const std::string& name) {
  run_sql(leadspool.file("leadspool.db"), "VACUUM INTO '" + leadspool.file(name) + "'");
  return leadspool.file(name);
}

std::string flaws_in(const Installation& leadspool, const std::string& file) {
  const auto ended = leadspool.leadspool({"verify", file, "--json"});
  INFO(ended.out << ended.err);
  REQUIRE(ended.code == 1);
  const auto report = Json::parse(ended.out);
  REQUIRE(report["good"] == false);
  std::string text;
  for (const auto& flaw : report["flaws"]) {
    text += flaw["check"].get<std::string>() + ": " + flaw["what"].get<std::string>() + "\n";
  }
  return text;
}

// The place of a text in a file, which must be there once.
std::streamoff place_of(const std::string& path, const std::string& text) {
  std::ifstream file(path, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  const auto at = content.find(text);
  REQUIRE(at != std::string::npos);
  return static_cast<std::streamoff>(at);
}

void flip_byte(const std::string& path, std::streamoff at) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(at);
  const char byte = static_cast<char>(file.get() ^ 0x04);
  file.seekp(at);
  file.put(byte);
}

}  // namespace

TEST_CASE(
    "verify proves a store and a copy, and names one flipped byte, one missing row, one impossible state") {
  Installation leadspool;
  const auto leads = fill(leadspool);
  const auto good = leadspool.leadspool({"verify"});
  INFO(good.out << good.err);
  REQUIRE(good.code == 0);
  REQUIRE(contains(good.out, "5 leads"));
  REQUIRE(contains(good.out, "All is as it must be."));
  const auto copy = copy_of_store(leadspool, "copy.db");
  REQUIRE(leadspool.ask({"verify", copy})["leads"] == 5);

  const auto flipped = copy_of_store(leadspool, "flipped.db");
  flip_byte(flipped, place_of(flipped, "\"LastName\":\"Done1\""));
  REQUIRE(contains(flaws_in(leadspool, flipped),
                   "payloads: lead " + leads[1] + " (number 2): its payload is not that of its receipt"));
  const auto shown = leadspool.leadspool({"verify", flipped});
  REQUIRE(shown.code == 1);
  REQUIRE(contains(shown.out, "(number 2): its payload is not that of its receipt"));

  const std::string kWithoutRules =
      "PRAGMA ignore_check_constraints = ON; DROP TRIGGER lead_is_removed_by_retention;"
      "DROP TRIGGER attempt_is_never_removed; DROP TRIGGER delivery_is_removed_with_its_lead;";
  struct Planted {
    std::string sql;
    std::string flaw;
  };
  const std::vector<Planted> all = {
      {"DELETE FROM lead WHERE number = 2", "sequence: lead number 2 is missing"},
      {"DELETE FROM attempt WHERE delivery_id = 3",
       "(number 3), delivery to crm: it was tried 1 times, but 0 attempts are there"},
      {"DELETE FROM delivery WHERE lead_number = 4",
       "(number 4): it is to go out, but its delivery is missing"},
      {"UPDATE delivery SET due_at = 7 WHERE lead_number = 1",
       "states: lead " + leads[0] + " (number 1), delivery to crm: it is delivered, but due"},
      {"UPDATE lead_count SET count = 9", "counts: leads of source"},
      {"SELECT 1", "schema: trigger attempt_is_never_removed: it is missing"}};
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto file = copy_of_store(leadspool, "planted" + std::to_string(i) + ".db");
    run_sql(file, kWithoutRules + all[i].sql);
    const auto flaws = flaws_in(leadspool, file);
    INFO(all[i].sql << "\n" << flaws);
    REQUIRE(contains(flaws, all[i].flaw));
  }
}

TEST_CASE("verify says what is no store, and looks at one that is in use") {
  Installation leadspool;
  const auto none = leadspool.leadspool({"verify"});
  REQUIRE(none.code == 1);
  REQUIRE(contains(none.err, "leadspool.db"));
  leadspool.write("short.db", "SQLite format 3");
  REQUIRE(leadspool.leadspool({"verify", leadspool.file("short.db")}).code == 1);
  leadspool.simulate_crm();
  leadspool.serve();
  leadspool.accept(lead_of("One"));
  REQUIRE(leadspool.ask({"verify"})["leads"] == 1);
}

TEST_CASE("restore overwrites nothing, tells what would be lost, and repeats nothing blindly") {
  Installation leadspool;
  const auto leads = fill(leadspool);
  const auto copy = copy_of_store(leadspool, "copy.db");
  leadspool.serve();
  REQUIRE(leadspool.leadspool({"destinations", "resume", "crm"}).code == 0);
  leadspool.accept(lead_of("Late"));
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 6; });

  const auto refused = leadspool.leadspool({"restore", copy});
  REQUIRE(refused.code == 1);
  REQUIRE(contains(refused.err, "stop that one"));
  REQUIRE(leadspool.stop().code == 0);

  const auto told = leadspool.leadspool({"restore", copy});
  INFO(told.out << told.err);
  REQUIRE(told.code == 1);
  REQUIRE(contains(told.out, "1 that came since"));
  REQUIRE(contains(told.out, "3 since"));
  REQUIRE(contains(told.out, "leadspool leads export --from "));
  REQUIRE(contains(told.out, "leadspool restore --move-present " + copy));
  REQUIRE(leadspool.ask({"verify"})["leads"] == 6);

  const auto done = leadspool.leadspool({"restore", "--move-present", copy});
  INFO(done.out << done.err);
  REQUIRE(done.code == 0);
  REQUIRE(contains(done.out,
                   "leadspool leads redrive --cause 'restored from a copy: may have been delivered since'"));
  REQUIRE(leadspool.ask({"verify"})["leads"] == 5);
  leadspool.serve();
  REQUIRE(leadspool.count("delivered") == 3);
  REQUIRE(leadspool.count("dead") == 2);
  REQUIRE(leadspool.crm_records().size() == 6);
  // It was paused when the copy was made.
  REQUIRE(leadspool.leadspool({"destinations", "resume", "crm"}).code == 0);
  REQUIRE(leadspool
              .leadspool({"leads", "redrive", "--cause",
                          "restored from a copy: may have been delivered since", "--canary", "1"})
              .code == 0);
  wait_until("all are delivered", [&] { return leadspool.count("delivered") == 5; });
  // By its key the CRM knows each of them.
  REQUIRE(leadspool.crm_records().size() == 6);
}

TEST_CASE("a lost store is restored where none stands") {
  Installation leadspool;
  fill(leadspool);
  const auto copy = copy_of_store(leadspool, "copy.db");
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(leadspool.file("leadspool.db") + end);
  const auto report = leadspool.ask({"restore", copy});
  REQUIRE(report["restored"] == true);
  REQUIRE(report["ambiguous"] == 2);
  REQUIRE(report["moved_to"].is_null());
  struct stat status{};
  REQUIRE(stat(leadspool.file("leadspool.db").c_str(), &status) == 0);
  REQUIRE((status.st_mode & 0777) == 0600);
  leadspool.serve();
  REQUIRE(leadspool.count("dead") == 2);
}

TEST_CASE("migrate has nothing to do while a service runs, and tries nothing without need") {
  Installation leadspool;
  REQUIRE(leadspool.ask({"migrate", "--dry-run"})["from"] == 0);
  REQUIRE_FALSE(std::filesystem::exists(leadspool.file("leadspool.db")));
  leadspool.simulate_crm();
  leadspool.serve();
  const auto ended = leadspool.leadspool({"migrate"});
  INFO(ended.out << ended.err);
  REQUIRE(ended.code == 0);
  REQUIRE(contains(ended.out, "up to date"));
  REQUIRE(leadspool.ask({"migrate", "--dry-run"})["migrations"].empty());
}

TEST_CASE("what root makes beside a store belongs to the owner of its folder") {
  if (geteuid() != 0) return;
  constexpr uid_t kOwner = 54'321;
  Installation leadspool;
  fill(leadspool);
  const auto copy = copy_of_store(leadspool, "copy.db");
  const auto folder = std::filesystem::path(leadspool.file("leadspool.db")).parent_path();
  for (const char* end : {"", "-wal", "-shm", ".lock"}) {
    std::filesystem::remove(leadspool.file("leadspool.db") + end);
  }
  REQUIRE(chown(folder.c_str(), kOwner, kOwner) == 0);
  REQUIRE(leadspool.leadspool({"restore", copy}).code == 0);
  REQUIRE(leadspool.leadspool({"migrate"}).code == 0);
  for (const char* end : {"", ".lock"}) {
    struct stat status{};
    INFO(end);
    REQUIRE(stat((leadspool.file("leadspool.db") + end).c_str(), &status) == 0);
    REQUIRE(status.st_uid == kOwner);
  }
}

}  // namespace leadspool::test
