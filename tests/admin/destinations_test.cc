// How destinations are shown, paused and resumed.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kPause = "/api/v1/destinations/crm/pause";
constexpr const char* kResume = "/api/v1/destinations/crm/resume";

struct DestinationsFixture : AdminFixture {
  Json destination(std::size_t index = 0) {
    return get_json("/api/v1/destinations").at("destinations").at(index);
  }

  void remember(const HealthRecord& record) {
    doors.write_health("crm", record, [](const auto&) {});
  }
};

}  // namespace

TEST_CASE("a destination shows what the running worker finds, why, since when and what comes next") {
  DestinationsFixture admin;
  const auto now = admin.clock.now();
  const auto health_of = [&](Condition condition) {
    admin.destinations = {
        {"crm", "webhook", admin::HealthStatus{condition, now, "connection refused", now, 3}}};
    return admin.destination();
  };
  const auto down = health_of(Condition::down);
  REQUIRE(down.at("type") == "webhook");
  REQUIRE(down.at("configured") == true);
  REQUIRE(down.at("health") == "open");
  REQUIRE(down.at("reason") == "connection refused");
  REQUIRE(down.at("since") == "2026-01-01T00:00:00.000Z");
  REQUIRE(down.at("next_probe") == "2026-01-01T00:00:00.000Z");
  REQUIRE(down.at("in_flight") == 3);
  REQUIRE(down.at("paused").is_null());
  REQUIRE(down.at("oldest_waiting_age_s").is_null());
  REQUIRE(health_of(Condition::misconfigured).at("health") == "misconfigured");
  const auto working = health_of(Condition::working);
  REQUIRE(working.at("health") == "closed");
  REQUIRE(working.at("since").is_null());
}

TEST_CASE("a working destination shows when it may be called again, but no time that is over") {
  DestinationsFixture admin;
  admin.destinations.at(0).health->next_probe = admin.clock.now() + Milliseconds{7'000};
  REQUIRE(admin.destination().at("next_probe") == "2026-01-01T00:00:07.000Z");
  admin.clock.advance(Milliseconds{7'000});
  REQUIRE(admin.destination().at("next_probe").is_null());
}

TEST_CASE("where no worker tells, what is remembered of a destination is shown") {
  DestinationsFixture admin;
  admin.destinations.at(0).health.reset();
  REQUIRE(admin.destination().at("health") == "unknown");
  const auto now = admin.clock.now();
  admin.remember({Condition::misconfigured, now, "401 invalid_client", {}, now + Milliseconds{5'000}, 0});
  auto shown = admin.destination();
  REQUIRE(shown.at("health") == "misconfigured");
  REQUIRE(shown.at("reason") == "401 invalid_client");
  REQUIRE(shown.at("since") == "2026-01-01T00:00:00.000Z");
  REQUIRE(shown.at("next_probe") == "2026-01-01T00:00:05.000Z");
  admin.clock.advance(Milliseconds{5'000});
  shown = admin.destination();
  REQUIRE(shown.at("health") == "misconfigured");
  REQUIRE(shown.at("next_probe").is_null());
  admin.destinations.at(0).health = admin::HealthStatus{};
  REQUIRE(admin.destination().at("health") == "closed");
}

TEST_CASE("a pause shows who, when and why, goes before all else, and survives") {
  DestinationsFixture admin;
  admin.destinations = {
      {"crm", "webhook",
       admin::HealthStatus{Condition::down, admin.clock.now(), "refused", admin.clock.now(), 2}}};
  admin.clock.advance(Milliseconds{1'000});
  const auto response = admin.call("POST", kPause, {}, R"({"reason":"the CRM is moved"})");
  REQUIRE(response.status == 200);
  const auto shown = Json::parse(response.body);
  REQUIRE(shown == admin.destination());
  REQUIRE(shown.at("health") == "paused");
  REQUIRE(shown.at("reason") == "the CRM is moved");
  REQUIRE(shown.at("since") == "2026-01-01T00:00:01.000Z");
  REQUIRE(shown.at("next_probe").is_null());
  REQUIRE(shown.at("in_flight") == 2);
  REQUIRE(shown.at("paused") ==
          Json{{"at", "2026-01-01T00:00:01.000Z"}, {"by", "api"}, {"reason", "the CRM is moved"}});
  admin.destinations.at(0).health.reset();
  REQUIRE(admin.destination().at("health") == "paused");
}

TEST_CASE("a pause is ordered once, unless for another reason, and a resume only where there is a cause") {
  DestinationsFixture admin;
  REQUIRE(admin.call("POST", kResume).status == 409);
  REQUIRE(admin.call("POST", kPause).status == 200);
  const auto again = admin.call("POST", kPause);
  REQUIRE(again.status == 409);
  REQUIRE(error_code(again) == "not_possible");
  REQUIRE(admin.call("POST", kPause, {}, R"({"reason":"another"})").status == 200);
  const auto resumed = admin.call("POST", kResume, {}, R"({"reason":null})");
  REQUIRE(resumed.status == 200);
  REQUIRE(Json::parse(resumed.body).at("paused").is_null());
  const auto twice = admin.call("POST", kResume);
  REQUIRE(twice.status == 409);
  REQUIRE(error_message(twice).find("is not paused") != std::string::npos);
}

TEST_CASE("a resume takes a destination for mended, though the worker does not know it yet") {
  DestinationsFixture admin;
  const HealthRecord trouble{Condition::misconfigured, admin.clock.now(), "401", {}, {}, 0};
  admin.remember(trouble);
  admin.destinations.at(0).health =
      admin::HealthStatus{trouble.condition, trouble.since, trouble.reason, std::nullopt, 0};
  const auto resumed = admin.call("POST", kResume);
  REQUIRE(resumed.status == 200);
  REQUIRE(Json::parse(resumed.body).at("health") == "closed");
  REQUIRE(Json::parse(resumed.body).at("reason").is_null());
}

TEST_CASE("a destination that is not configured is not paused, and its stranded deliveries stay listed") {
  DestinationsFixture admin;
  const auto mistyped = admin.call("POST", "/api/v1/destinations/cmr/pause");
  REQUIRE(mistyped.status == 404);
  REQUIRE(error_code(mistyped) == "no_such_destination");
  REQUIRE(error_message(mistyped).find("\"cmr\"; did you mean crm?") != std::string::npos);

  admin.add_lead("One", "old-crm");
  admin.clock.advance(Milliseconds{90'500});
  for (const char* order : {"pause", "resume"}) {
    const auto stranger = admin.call("POST", std::string("/api/v1/destinations/old-crm/") + order);
    REQUIRE(stranger.status == 409);
    REQUIRE(error_code(stranger) == "not_possible");
  }
  const auto shown = admin.destination(1);
  REQUIRE(shown.at("name") == "old-crm");
  REQUIRE(shown.at("configured") == false);
  REQUIRE(shown.at("health") == "unknown");
  REQUIRE(shown.at("reason") == "not in the configuration");
  REQUIRE(shown.at("deliveries").at("pending") == 1);
  REQUIRE(shown.at("oldest_waiting_age_s") == 90);
}

TEST_CASE("an order that is not understood pauses nothing") {
  DestinationsFixture admin;
  for (const char* body :
       {"[]", "null", "{", R"({"reson":"x"})", R"({"reason":7})", R"({"destination":"crm"})"}) {
    const auto response = admin.call("POST", kPause, {}, body);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_body");
  }
  REQUIRE(error_message(admin.call("POST", kPause, {}, R"({"reson":"x"})")).find("did you mean reason?") !=
          std::string::npos);
  REQUIRE(admin.get(kPause).status == 405);
  REQUIRE(admin.destination().at("paused").is_null());
}

}  // namespace leadspool::test
