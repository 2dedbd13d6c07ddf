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
  REQUIRE(status.at("unrouted") == 0);
  admin.add_lead_without_deliveries();
  REQUIRE(admin.get_json("/api/v1/status").at("unrouted") == 1);
}

TEST_CASE("the status tells how long leads were under way to the CRM, over all and for each destination") {
  AdminFixture admin;
  const nlohmann::json nothing{
      {"window_hours", 24}, {"count", 0}, {"p50_ms", nullptr}, {"p95_ms", nullptr}, {"p99_ms", nullptr}};
  REQUIRE(admin.get_json("/api/v1/status").at("time_to_crm") == nothing);
  REQUIRE(admin.get_json("/api/v1/destinations").at("destinations").at(0).at("time_to_crm") == nothing);

  const auto deliver_after = [&](Milliseconds wait) {
    admin.add_lead();
    const auto claims = admin.claim();
    admin.clock.advance(wait);
    REQUIRE(admin.finish(claims.at(0), {.outcome = Outcome::delivered}));
  };
  for (int i = 0; i < 9; ++i) deliver_after(Milliseconds{80});
  deliver_after(Milliseconds{40'000});
  const nlohmann::json shown{
      {"window_hours", 24}, {"count", 10}, {"p50_ms", 100}, {"p95_ms", 60'000}, {"p99_ms", 60'000}};
  const auto status = admin.get_json("/api/v1/status");
  REQUIRE(status.at("time_to_crm") == shown);
  REQUIRE(status.at("destinations").at(0).at("time_to_crm") == shown);
  admin.clock.advance(std::chrono::hours{26});
  REQUIRE(admin.get_json("/api/v1/status").at("time_to_crm") == nothing);
}

TEST_CASE("the status tells of the store's files, and of what the search does not know yet") {
  AdminFixture admin;
  admin.add_lead();
  const auto status = admin.get_json("/api/v1/status");
  REQUIRE(status.at("store").at("log_bytes").get<int>() > 0);
  REQUIRE(status.at("store").at("free_bytes").get<std::int64_t>() > 0);
  REQUIRE(status.at("not_searchable") == 1);
  REQUIRE(status.at("purging") == false);
}

TEST_CASE("the status tells why nothing can be stored") {
  AdminFixture admin;
  admin.trouble = "the disk is full";
  REQUIRE(admin.get_json("/api/v1/status").at("store").at("trouble") == "the disk is full");
}

TEST_CASE("the status counts leads by disposition, those that there are none of too") {
  AdminFixture admin;
  admin.add_lead();
  admin.add_lead();
  admin.add_held_lead();
  admin.add_quarantined_lead();
  const auto counts = admin.get_json("/api/v1/status").at("dispositions");
  REQUIRE(counts == nlohmann::json{{"deliver", 2},
                                   {"test", 0},
                                   {"do_not_contact", 1},
                                   {"duplicate", 0},
                                   {"probe", 0},
                                   {"quarantined", 1}});
}

TEST_CASE("the status shows the certificate with the whole days that it has left") {
  AdminFixture admin;
  REQUIRE(admin.get_json("/api/v1/status").at("certificate").is_null());
  const auto days_left = [&](Milliseconds left) {
    admin.certificate = {"leads.pem", admin.clock.now() + left, "key does not fit"};
    return admin.get_json("/api/v1/status").at("certificate").at("days_left").get<int>();
  };
  REQUIRE(days_left(std::chrono::hours{49}) == 2);
  REQUIRE(days_left(Milliseconds{1}) == 0);
  REQUIRE(days_left(Milliseconds{-1}) == -1);
  const auto certificate = admin.get_json("/api/v1/status").at("certificate");
  REQUIRE(certificate.at("file") == "leads.pem");
  REQUIRE(certificate.at("valid_until") == "2025-12-31T23:59:59.999Z");
  REQUIRE(certificate.at("problem") == "key does not fit");
}

TEST_CASE("the status shows the configuration in force, and why a newer one is not") {
  AdminFixture admin;
  admin.config.errors = {"leadspool.toml:7:1: receiver.lisen: unknown key"};
  admin.config.restart_needed = {"store.path"};
  const auto config = admin.get_json("/api/v1/status").at("config");
  REQUIRE(config.at("file") == "leadspool.toml");
  REQUIRE(config.at("loaded_at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(config.at("errors") == nlohmann::json{"leadspool.toml:7:1: receiver.lisen: unknown key"});
  REQUIRE(config.at("restart_needed") == nlohmann::json{"store.path"});
}

TEST_CASE("a reload tells its warnings and what needs a restart") {
  AdminFixture admin;
  admin.reload_report = {.done = true, .errors = {}, .warnings = {"w"}, .restart_needed = {"store.path"}};
  const auto response = admin.call("POST", "/api/v1/reload");
  REQUIRE(response.status == 200);
  REQUIRE(nlohmann::json::parse(response.body) ==
          nlohmann::json{{"status", "reloaded"}, {"warnings", {"w"}}, {"restart_needed", {"store.path"}}});
}

TEST_CASE("a refused configuration is answered with all of its mistakes") {
  AdminFixture admin;
  admin.reload_report.errors = {"a: first", "b: second"};
  const auto response = admin.call("POST", "/api/v1/reload");
  REQUIRE(response.status == 422);
  REQUIRE(error_code(response) == "bad_config");
  REQUIRE(error_message(response).find("a: first") != std::string::npos);
  REQUIRE(nlohmann::json::parse(response.body).at("errors") == nlohmann::json{"a: first", "b: second"});
  REQUIRE(http::find_header(response.headers, "Cache-Control") == "no-store");
}

TEST_CASE("without a running service there is nothing to reload, and no certificate or configuration") {
  StoreFixture store;
  admin::AdminApi api({.access = admin::Access::open, .tokens = {}}, {store.reader, store.overview}, {},
                      store.clock);
  http::Router router;
  api.add_routes(router);
  http::Request reload;
  reload.method = "POST";
  reload.path = "/api/v1/reload";
  const auto refused = router.handle(reload);
  REQUIRE(refused.status == 409);
  REQUIRE(error_code(refused) == "not_running");
  REQUIRE(error_message(refused).find("leadspool serve") != std::string::npos);
  http::Request status;
  status.method = "GET";
  status.path = "/api/v1/status";
  const auto shown = nlohmann::json::parse(router.handle(status).body);
  REQUIRE(shown.at("certificate").is_null());
  REQUIRE(shown.at("config").is_null());
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
