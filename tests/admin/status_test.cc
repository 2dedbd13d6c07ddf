// Counts, ages, destinations and dead letters.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {

TEST_CASE("the status of an empty store has zeroes and no ages") {
  AdminFixture admin;
  const auto status = admin.get_json("/api/v1/status");
  REQUIRE(status.at("version") == LEADSPOOL_VERSION);
  REQUIRE(status.at("running") == true);
  REQUIRE(status.at("time") == "2026-01-01T00:00:00.000Z");
  REQUIRE(status.at("leads") == 0);
  for (const State state : kStates) REQUIRE(status.at("deliveries").at(std::string(to_string(state))) == 0);
  REQUIRE(status.at("oldest_undelivered_age_s").is_null());
  REQUIRE(status.at("last_received_at").is_null());
  REQUIRE(status.at("store").at("bytes").get<int>() > 0);
  REQUIRE(status.at("store").at("trouble").is_null());
}

TEST_CASE("the status counts by state, over all and for each destination") {
  AdminFixture admin;
  admin.add_dead_lead("http_422");
  admin.add_dead_lead("http_422", "old-crm");
  admin.add_lead();
  admin.clock.advance(Milliseconds{90'500});
  admin.add_held_lead({"crm", "old-crm"});

  const auto status = admin.get_json("/api/v1/status");
  REQUIRE(status.at("leads") == 4);
  REQUIRE(status.at("deliveries").at("dead") == 2);
  REQUIRE(status.at("deliveries").at("held") == 2);
  REQUIRE(status.at("deliveries").at("pending") == 1);
  REQUIRE(status.at("oldest_undelivered_age_s") == 90);
  REQUIRE(status.at("last_received_at") == "2026-01-01T00:01:30.500Z");

  const auto destinations = admin.get_json("/api/v1/destinations").at("destinations");
  REQUIRE(destinations == status.at("destinations"));
  REQUIRE(destinations.size() == 2);
  REQUIRE(destinations.at(0).at("name") == "crm");
  REQUIRE(destinations.at(0).at("type") == "webhook");
  REQUIRE(destinations.at(0).at("health") == "closed");
  REQUIRE(destinations.at(0).at("deliveries").at("pending") == 1);
  REQUIRE(destinations.at(0).at("deliveries").at("dead") == 1);
  REQUIRE(destinations.at(0).at("deliveries").at("delivered") == 0);
  REQUIRE(destinations.at(1).at("name") == "old-crm");
  REQUIRE(destinations.at(1).at("reason") == "not in the configuration");
}

TEST_CASE("a destination in trouble shows why and when it is tried next") {
  AdminFixture admin;
  admin.destinations = {{"crm", "webhook", "open", "connection refused", admin.clock.now(), 3}};
  admin.trouble = "the disk is full";
  const auto status = admin.get_json("/api/v1/status");
  REQUIRE(status.at("store").at("trouble") == "the disk is full");
  const auto destination = status.at("destinations").at(0);
  REQUIRE(destination.at("health") == "open");
  REQUIRE(destination.at("reason") == "connection refused");
  REQUIRE(destination.at("next_probe") == "2026-01-01T00:00:00.000Z");
  REQUIRE(destination.at("in_flight") == 3);
}

TEST_CASE("dead letters are grouped by cause and destination, with a sample") {
  AdminFixture admin;
  REQUIRE(admin.get_json("/api/v1/dead-letters").at("groups").empty());
  admin.add_dead_lead("http_422");
  admin.clock.advance(Milliseconds{1'000});
  const Uuid newest = admin.add_dead_lead("http_422");
  admin.add_dead_lead("http_400");

  const auto groups = admin.get_json("/api/v1/dead-letters").at("groups");
  REQUIRE(groups.size() == 2);
  const auto group = groups.at(0).at("cause") == "http_422" ? groups.at(0) : groups.at(1);
  REQUIRE(group.at("destination") == "crm");
  REQUIRE(group.at("count") == 2);
  REQUIRE(group.at("first") == "2026-01-01T00:00:00.000Z");
  REQUIRE(group.at("last") == "2026-01-01T00:00:01.000Z");
  REQUIRE(group.at("sample") == to_string(newest));
}

}  // namespace leadspool::test
