// What Prometheus is told: names, labels, counters that never go back.
#include "admin/metrics.h"

#include <cmath>
#include <sstream>

#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

std::string scrape(AdminFixture& admin) {
  const auto response = admin.get("/metrics");
  if (response.status != 200) throw std::runtime_error(response.body);
  return response.body;
}

// What stands behind the sample of this name and these labels; empty: there is none.
std::string value_of(const std::string& text, const std::string& sample) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(sample + " ", 0) == 0) return line.substr(sample.size() + 1);
  }
  return "";
}

bool has_family(const std::string& text, const std::string& name) {
  return text.find("# TYPE leadspool_" + name + " ") != std::string::npos;
}

void deliver_one(AdminFixture& admin) {
  admin.add_lead();
  for (const auto& each : admin.claim()) admin.finish(each, {.outcome = Outcome::delivered});
}

constexpr const char* kDelivered = R"(leadspool_deliveries_ended_total{destination="crm",state="delivered"})";

}  // namespace

TEST_CASE("metrics are Prometheus' text and need a token") {
  AdminFixture admin;
  const auto response = admin.get("/metrics");
  REQUIRE(response.status == 200);
  REQUIRE(response.content_type == "text/plain; version=0.0.4; charset=utf-8");
  REQUIRE(admin.call("GET", "/metrics", {}, {}, std::nullopt).status == 401);
}

TEST_CASE("metrics count leads by source and disposition, deliveries by destination and state") {
  AdminFixture admin;
  deliver_one(admin);
  admin.add_dead_lead("http_422");
  admin.add_held_lead();
  admin.add_lead();
  admin.clock.advance(Milliseconds{90'500});

  const auto text = scrape(admin);
  REQUIRE(value_of(text, R"(leadspool_leads_received_total{source="marketplace",disposition="deliver"})") ==
          "3");
  REQUIRE(value_of(text,
                   R"(leadspool_leads_received_total{source="marketplace",disposition="do_not_contact"})") ==
          "1");
  REQUIRE(value_of(text, R"(leadspool_leads_stored{source="marketplace",disposition="deliver"})") == "3");
  REQUIRE(value_of(text, R"(leadspool_deliveries{destination="crm",state="dead"})") == "1");
  REQUIRE(value_of(text, R"(leadspool_deliveries{destination="crm",state="held"})") == "1");
  REQUIRE(value_of(text, R"(leadspool_deliveries{destination="crm",state="pending"})") == "1");
  REQUIRE(value_of(text, R"(leadspool_deliveries{destination="crm",state="discarded"})") == "0");
  REQUIRE(value_of(text, kDelivered) == "1");
  REQUIRE(value_of(text, R"(leadspool_deliveries_ended_total{destination="crm",state="dead"})") == "1");
  REQUIRE(value_of(text, R"(leadspool_delivery_attempts_total{destination="crm",outcome="rejected"})") ==
          "1");
  REQUIRE(value_of(text, R"(leadspool_delivery_attempts_total{destination="crm",outcome="ambiguous"})") ==
          "0");
  REQUIRE(value_of(text, "leadspool_oldest_undelivered_age_seconds") == "90.5");
  REQUIRE(value_of(text, R"(leadspool_destination_oldest_undelivered_age_seconds{destination="crm"})") ==
          "90.5");
  REQUIRE(value_of(text, R"(leadspool_source_last_received_timestamp_seconds{source="marketplace"})") ==
          "1767225600");
}

TEST_CASE("metrics of an empty store have zeroes for what is configured, so that a first count is a rise") {
  AdminFixture admin;
  const auto text = scrape(admin);
  REQUIRE(value_of(text, kDelivered) == "0");
  REQUIRE(value_of(text, R"(leadspool_time_to_crm_seconds_count{destination="crm"})") == "0");
  REQUIRE(value_of(text, "leadspool_oldest_undelivered_age_seconds") == "0");
  REQUIRE(value_of(text, "leadspool_leads_unrouted") == "0");
  REQUIRE_FALSE(has_family(text, "source_last_received_timestamp_seconds"));
}

TEST_CASE("a counter goes on when its hours become the past, whenever it was asked for") {
  AdminFixture admin;
  const bool asked_at_once = GENERATE(false, true);
  const auto look = [&] {
    if (asked_at_once) static_cast<void>(scrape(admin));
  };
  deliver_one(admin);
  look();
  admin.clock.advance(std::chrono::hours{47});
  deliver_one(admin);
  look();
  admin.clock.advance(std::chrono::hours{3});
  look();
  REQUIRE(value_of(scrape(admin), kDelivered) == "2");
  admin.clock.advance(std::chrono::hours{24 * 400});
  deliver_one(admin);
  look();
  const auto text = scrape(admin);
  REQUIRE(value_of(text, kDelivered) == "3");
  REQUIRE(value_of(text, R"(leadspool_time_to_crm_seconds_count{destination="crm"})") == "3");
  REQUIRE(value_of(text, R"(leadspool_delivery_attempts_total{destination="crm",outcome="delivered"})") ==
          "3");
}

TEST_CASE("a counter does not fall when the clock is set back") {
  AdminFixture admin;
  admin.clock.advance(std::chrono::hours{24 * 10});
  deliver_one(admin);
  REQUIRE(value_of(scrape(admin), kDelivered) == "1");
  admin.clock.set_by(-std::chrono::hours{24 * 9});
  REQUIRE(value_of(scrape(admin), kDelivered) == "1");
  deliver_one(admin);
  REQUIRE(value_of(scrape(admin), kDelivered) == "2");
}

TEST_CASE("the time to the CRM is a histogram of the classes that are kept") {
  AdminFixture admin;
  admin.add_lead();
  admin.clock.advance(Milliseconds{3'000});
  for (const auto& each : admin.claim()) admin.finish(each, {.outcome = Outcome::delivered});
  admin.add_lead();
  admin.clock.advance(std::chrono::hours{24 * 8});
  for (const auto& each : admin.claim()) admin.finish(each, {.outcome = Outcome::delivered});

  const auto text = scrape(admin);
  const auto up_to = [&](const std::string& end) {
    return value_of(text, R"(leadspool_time_to_crm_seconds_bucket{destination="crm",le=")" + end + "\"}");
  };
  REQUIRE(up_to("2.5") == "0");
  REQUIRE(up_to("5") == "1");
  REQUIRE(up_to("604800") == "1");
  REQUIRE(up_to("+Inf") == "2");
  REQUIRE(std::isnan(std::stod(value_of(text, R"(leadspool_time_to_crm_seconds_sum{destination="crm"})"))));
}

TEST_CASE("metrics tell a destination's health as one 1 among zeroes") {
  AdminFixture admin;
  const auto health = [&](const std::string& word) {
    return value_of(scrape(admin),
                    R"(leadspool_destination_health{destination="crm",health=")" + word + "\"}");
  };
  REQUIRE(health("closed") == "1");
  REQUIRE(health("open") == "0");
  admin.destinations[0].health->condition = Condition::misconfigured;
  REQUIRE(health("misconfigured") == "1");
  REQUIRE(health("closed") == "0");
  static_cast<void>(admin.corrections.pause("crm", {"tester", "their migration"}));
  REQUIRE(health("paused") == "1");
  REQUIRE(health("misconfigured") == "0");
  REQUIRE(value_of(scrape(admin), R"(leadspool_destination_paused{destination="crm"})") == "1");
}

TEST_CASE("metrics tell of the commits, their queue, the certificate and the disk while a service runs") {
  AdminFixture admin;
  admin.add_lead();
  admin.certificate = {"leads.pem", from_unix_ms(1'800'000'000'500), ""};
  const auto text = scrape(admin);
  REQUIRE(value_of(text, "leadspool_commit_duration_seconds_count") != "0");
  REQUIRE(value_of(text, "leadspool_commit_duration_seconds_count") ==
          value_of(text, "leadspool_commit_changes_count"));
  REQUIRE(value_of(text, "leadspool_changes_waiting") == "0");
  REQUIRE(value_of(text, "leadspool_certificate_expiry_timestamp_seconds") == "1800000000.5");
  REQUIRE(value_of(text, "leadspool_start_time_seconds") == "1767225600");
  REQUIRE(value_of(text, "leadspool_store_up") == "1");
  REQUIRE(std::stod(value_of(text, "leadspool_store_bytes")) > 0);
  REQUIRE(std::stod(value_of(text, "leadspool_store_disk_free_bytes")) > 0);
  REQUIRE(value_of(text, "leadspool_build_info{version=\"" LEADSPOOL_VERSION "\"}") == "1");
  admin.trouble = "the disk is full";
  REQUIRE(value_of(scrape(admin), "leadspool_store_up") == "0");
}

TEST_CASE("what only a running service knows is absent without one") {
  const auto text = admin::metrics_text({});
  REQUIRE_FALSE(has_family(text, "commit_duration_seconds"));
  REQUIRE_FALSE(has_family(text, "destination_in_flight"));
  REQUIRE_FALSE(has_family(text, "start_time_seconds"));
  REQUIRE_FALSE(has_family(text, "store_up"));
  REQUIRE(has_family(text, "leads_unrouted"));
}

TEST_CASE("names with quotes, line ends, backslashes and other scripts stay one label") {
  AdminFixture admin;
  const std::string name = "C:\\crm \"A\"\nleadspool_up 1\n\u202e\u5b50";
  admin.add_lead("One", name);
  const auto text = scrape(admin);
  REQUIRE(value_of(text,
                   "leadspool_deliveries{destination=\"C:\\\\crm \\\"A\\\"\\nleadspool_up "
                   "1\\n\u202e\u5b50\",state=\"pending\"}") == "1");
  REQUIRE(value_of(text, "leadspool_up") == "");
}

}  // namespace leadspool::test
