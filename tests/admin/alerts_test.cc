// What people were told, and what of it is not over.
#include "admin_fixture.h"
#include "outbox/alert_log.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Kind = outbox::ToldNotice::Kind;

}  // namespace

TEST_CASE("alerts that are not over are shown once, whomever else they were told") {
  AdminFixture admin;
  const auto empty = admin.get_json("/api/v1/alerts");
  REQUIRE(empty.at("open").empty());
  REQUIRE(empty.at("notices").empty());

  outbox::AlertLog log(admin.committer);
  const Time since = admin.clock.now();
  const Time told_at = since + std::chrono::hours{1};
  outbox::AlertChanges changes;
  changes.written = {{"log:destination/<b>\u202e", since, told_at, 2, "<b>\u202e is down"},
                     {"webhook 0123456789abcdef:destination/<b>\u202e", since, since, 2, "the same"},
                     {"log:store", since, told_at, -1, "it was full"},
                     {"watching:marketplace", since, since, 0, ""}};
  REQUIRE_FALSE(log.write(changes));
  REQUIRE(admin.get_json("/api/v1/alerts").at("open") ==
          nlohmann::json{{{"name", "destination/<b>\u202e"},
                          {"since", "2026-01-01T00:00:00.000Z"},
                          {"told_at", "2026-01-01T01:00:00.000Z"},
                          {"text", "<b>\u202e is down"}}});
}

TEST_CASE("the last notices are shown, newest first, as many as are wanted") {
  AdminFixture admin;
  outbox::AlertLog log(admin.committer);
  outbox::AlertChanges changes;
  for (const auto kind : {Kind::began, Kind::goes_on, Kind::over}) {
    admin.clock.advance(std::chrono::hours{1});
    changes.notices.push_back({admin.clock.now(), "destination/crm", kind, "crm is down"});
  }
  REQUIRE_FALSE(log.write(changes));
  const auto notices = admin.get_json("/api/v1/alerts").at("notices");
  REQUIRE(notices.size() == 3);
  REQUIRE(notices.at(0) == nlohmann::json{{"at", "2026-01-01T03:00:00.000Z"},
                                          {"name", "destination/crm"},
                                          {"kind", "over"},
                                          {"text", "crm is down"}});
  REQUIRE(notices.at(1).at("kind") == "goes on");
  REQUIRE(notices.at(2).at("kind") == "began");
  REQUIRE(admin.get_json("/api/v1/alerts", {{"limit", "2"}}).at("notices").size() == 2);
}

TEST_CASE("a limit of notices that is none is refused") {
  AdminFixture admin;
  for (const char* limit : {"0", "501", "x"}) {
    const auto response = admin.get("/api/v1/alerts", {{"limit", limit}});
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_parameter");
  }
}

}  // namespace leadspool::test
