// Copies of the store as a person reads of them.
#include "app/backup_page.h"

#include <nlohmann/json.hpp>

#include "app/part_options.h"
#include "support/catch.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

Json usual() {
  return {{"folder", "/var/backups"},
          {"every_hours", 24},
          {"keep", 7},
          {"files",
           {{{"path", "/var/backups/leadspool-20260101T030000Z.db"},
             {"made_at", "2026-01-01T03:00:00.000Z"},
             {"bytes", 5'242'880}}}},
          {"next_at", "2026-01-02T03:00:00.000Z"},
          {"under_way", false},
          {"problem", nullptr},
          {"failing_since", nullptr}};
}

}  // namespace

TEST_CASE("the copies are listed below their schedule") {
  REQUIRE(backups_text(usual().dump()) ==
          "A copy every 24 h, of which 7 are kept, in /var/backups\n"
          "The next is due at 2026-01-02T03:00:00Z.\n"
          "\n"
          "MADE AT               SIZE     FILE\n"
          "2026-01-01T03:00:00Z  5.0 MiB  /var/backups/leadspool-20260101T030000Z.db\n");
}

TEST_CASE("what is wrong with the copies is told before them") {
  auto backups = usual();
  backups["files"] = Json::array();
  backups["problem"] = "no room\nis left";
  backups["failing_since"] = "2026-01-01T03:00:00.000Z";
  REQUIRE(backups_text(backups.dump()) ==
          "A copy every 24 h, of which 7 are kept, in /var/backups\n"
          "The next is due at 2026-01-02T03:00:00Z.\n"
          "TROUBLE: the last try failed, first at 2026-01-01T03:00:00Z: no room?is left\n"
          "There is none yet.\n");
  backups["folder"] = nullptr;
  REQUIRE(backups_text(backups.dump()).find("set `folder` in [backup]") != std::string::npos);
}

TEST_CASE("a copy that was taken away is told with what is in it, and how to restore it") {
  outbox::Verification found;
  found.bytes = 2'048;
  found.leads = 1;
  REQUIRE(taken_copy_text("a.db", found) ==
          "a.db: 1 lead, 2.0 KiB, looked through and found good.\n"
          "To put it in the place of the store: stop the service, then `leadspool restore a.db`.\n");
  found.leads = 2;
  found.newest_received_at = from_unix_ms(1'767'225'600'000);
  REQUIRE(
      taken_copy_text("a.db", found).starts_with("a.db: 2 leads, the newest of 2026-01-01T00:00:00.000Z, "));
  const auto json = Json::parse(taken_copy_json("a.db", found));
  REQUIRE(json["leads"] == 2);
  REQUIRE(json["newest_received_at"] == "2026-01-01T00:00:00.000Z");
}

TEST_CASE("the rules for copies are those of the configuration") {
  Config config;
  config.store.path = "/var/lib/leads.db";
  config.store.minimum_free_mib = 64;
  config.backup.folder = "/var/backups";
  config.backup.every_hours = 6;
  config.backup.keep = 2;
  const auto rules = backup_rules(config);
  REQUIRE(rules.store == "/var/lib/leads.db");
  REQUIRE(rules.folder == "/var/backups");
  REQUIRE(rules.every == std::chrono::hours{6});
  REQUIRE(rules.keep == 2);
  REQUIRE(rules.minimum_free_bytes == 64u << 20);
}

}  // namespace leadspool::app
