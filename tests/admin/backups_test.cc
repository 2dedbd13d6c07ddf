// Copies of the store: what is told of them, and how one is ordered and taken away.
#include <filesystem>
#include <fstream>

#include <SQLiteCpp/SQLiteCpp.h>

#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

const std::string kBackups = "/api/v1/backups";
const std::string kDownload = "/api/v1/backups/download";

struct BackupsFixture : AdminFixture {
  explicit BackupsFixture(admin::AdminOptions options = with_token()) : AdminFixture(std::move(options)) {
    backups.folder = "/var/backups";
    backups.every_hours = 24;
    backups.keep = 7;
    backups.next_at = clock.now() + std::chrono::hours{1};
  }

  admin::BackupCopy copy(const std::string& name) {
    return {"/var/backups/" + name, clock.now() - std::chrono::hours{23}, 4'096};
  }

  // A file as a copy would be, which the caller is to remove.
  std::string make_file(const std::string& content) {
    const auto file = folder.file("leads.db.taken-away-1");
    std::ofstream(file, std::ios::binary) << content;
    made_copy = admin::MadeCopy{{file, clock.now(), static_cast<std::int64_t>(content.size())}, 3, {}};
    return file;
  }

  // "backup api before the upgrade" of each row of the audit.
  [[nodiscard]] std::vector<std::string> audit() const {
    std::vector<std::string> rows;
    SQLite::Database raw(path);
    SQLite::Statement row(raw, "SELECT action || ' ' || actor || ' ' || reason FROM audit ORDER BY number");
    while (row.executeStep()) rows.push_back(row.getColumn(0).getString());
    return rows;
  }
};

}  // namespace

TEST_CASE("the copies are told with the schedule, the newest first") {
  BackupsFixture admin;
  admin.backups.copies = {admin.copy("two.db"), admin.copy("one.db")};
  const auto told = admin.get_json(kBackups);
  REQUIRE(told.at("folder") == "/var/backups");
  REQUIRE(told.at("every_hours") == 24);
  REQUIRE(told.at("keep") == 7);
  REQUIRE(told.at("files").size() == 2);
  REQUIRE(told.at("files")[0] ==
          Json{{"path", "/var/backups/two.db"}, {"made_at", "2025-12-31T01:00:00.000Z"}, {"bytes", 4'096}});
  REQUIRE(told.at("next_at") == "2026-01-01T01:00:00.000Z");
  REQUIRE(told.at("under_way") == false);
  REQUIRE(told.at("problem").is_null());
  REQUIRE(told.at("failing_since").is_null());
  admin.backups.problem = "no room";
  admin.backups.failing_since = admin.clock.now();
  REQUIRE(admin.get_json(kBackups).at("problem") == "no room");
  REQUIRE(admin.get_json(kBackups).at("failing_since") == "2026-01-01T00:00:00.000Z");
}

TEST_CASE("without a folder there is nothing to tell, and nothing can be made in it") {
  AdminFixture admin;
  REQUIRE(admin.get_json(kBackups).at("folder").is_null());
  REQUIRE(admin.get_json("/api/v1/status").at("backup").is_null());
  const auto refused = admin.call("POST", kBackups);
  REQUIRE(refused.status == 409);
  REQUIRE(error_code(refused) == "no_backup_folder");
  REQUIRE(error_message(refused).find("[backup]") != std::string::npos);
}

TEST_CASE("the status tells the age of the newest copy, when the next is due, and what is wrong") {
  BackupsFixture admin;
  auto backup = admin.get_json("/api/v1/status").at("backup");
  REQUIRE(backup.at("last_at").is_null());
  REQUIRE(backup.at("age_s").is_null());
  admin.backups.newest = admin.copy("one.db");
  admin.backups.problem = "no room";
  backup = admin.get_json("/api/v1/status").at("backup");
  REQUIRE(backup == Json{{"folder", "/var/backups"},
                         {"every_hours", 24},
                         {"last_at", "2025-12-31T01:00:00.000Z"},
                         {"age_s", 23 * 3'600},
                         {"next_at", "2026-01-01T01:00:00.000Z"},
                         {"problem", "no room"}});
}

TEST_CASE("a copy that is ordered is written down with who and why, and answered when it is made") {
  BackupsFixture admin;
  admin.made_copy = admin::MadeCopy{admin.copy("new.db"), 3, std::chrono::milliseconds{70}};
  const auto response = admin.call("POST", kBackups, {}, R"({"reason":"before the upgrade"})");
  REQUIRE(response.status == 200);
  REQUIRE(Json::parse(response.body) ==
          Json{{"file",
                {{"path", "/var/backups/new.db"}, {"made_at", "2025-12-31T01:00:00.000Z"}, {"bytes", 4'096}}},
               {"leads", 3},
               {"took_ms", 70}});
  REQUIRE(admin.audit() == std::vector<std::string>{"backup api before the upgrade"});
}

TEST_CASE("a copy that cannot be made is an answer that says why") {
  BackupsFixture admin;
  admin.made_copy = "the disk has too little room";
  for (const auto& route : {kBackups, kDownload}) {
    const auto response = admin.call("POST", route);
    REQUIRE(response.status == 503);
    REQUIRE(error_code(response) == "backup_failed");
    REQUIRE(error_message(response).find("the disk has too little room") != std::string::npos);
  }
}

TEST_CASE("a copy to take away is streamed byte for byte, and nothing of it stays") {
  BackupsFixture admin;
  std::string content;
  for (int i = 0; i < 700'000; ++i) content += static_cast<char>(i % 251);
  const auto file = admin.make_file(content);
  const auto response = admin.call("POST", kDownload, {}, R"({"reason":"for the vault"})");
  REQUIRE(response.status == 200);
  REQUIRE(response.content_type == "application/vnd.sqlite3");
  // Also when nobody takes it.
  REQUIRE_FALSE(std::filesystem::exists(file));
  REQUIRE((AdminFixture::whole_body(response) == content));
  REQUIRE(admin.audit() == std::vector<std::string>{"backup api for the vault"});
}

TEST_CASE("who may only read is told of copies, and is given none") {
  BackupsFixture admin(
      {.access = admin::Access::token, .tokens = {{"viewer", sha256(kToken), admin::Role::read}}});
  REQUIRE(admin.get(kBackups).status == 200);
  admin.make_file("something");
  for (const auto& route : {kBackups, kDownload}) REQUIRE(admin.call("POST", route).status == 403);
  REQUIRE(admin.audit().empty());
}

TEST_CASE("where nothing can be written down no copy is given") {
  BackupsFixture store;
  admin::AdminApi api({.access = admin::Access::open, .tokens = {}}, {store.reader, store.overview},
                      store.service(), store.clock);
  http::Router router;
  api.add_routes(router);
  for (const auto& route : {kBackups, kDownload}) {
    http::Request request;
    request.method = "POST";
    request.path = route;
    const auto response = router.handle(request);
    REQUIRE(response.status == 409);
    REQUIRE(error_code(response) == "read_only");
  }
}

TEST_CASE("metrics tell of the newest copy and of failures, where copies are made") {
  BackupsFixture admin;
  admin.backups.failures = 4;
  auto text = admin.get("/metrics").body;
  REQUIRE(text.find("leadspool_backup_failures_total 4") != std::string::npos);
  REQUIRE(text.find("leadspool_backup_last_timestamp_seconds") == std::string::npos);
  admin.backups.newest = admin.copy("one.db");
  text = admin.get("/metrics").body;
  REQUIRE(text.find("leadspool_backup_last_timestamp_seconds 1767142800") != std::string::npos);
  REQUIRE(text.find("leadspool_backup_bytes 4096") != std::string::npos);
  admin.backups = {};
  REQUIRE(admin.get("/metrics").body.find("leadspool_backup_") == std::string::npos);
}

}  // namespace leadspool::test
