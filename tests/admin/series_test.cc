// What happened over time.
#include "admin/series.h"

#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using std::chrono::hours;

constexpr const char* kPath = "/api/v1/series";

}  // namespace

TEST_CASE("a series has a point for each hour of the last two days, those without anything too") {
  AdminFixture admin;
  admin.clock.advance(hours{50});
  admin.add_lead();
  admin.clock.advance(hours{3});
  admin.add_lead();
  admin.add_quarantined_lead({}, "landing-page");

  const auto series = admin.get_json(kPath, {{"metric", "received"}});
  REQUIRE(series.at("metric") == "received");
  REQUIRE(series.at("step") == "hour");
  REQUIRE(series.at("from") == "2026-01-01T06:00:00.000Z");
  REQUIRE(series.at("to") == "2026-01-03T06:00:00.000Z");
  const auto points = series.at("points");
  REQUIRE(points.size() == 48);
  std::int64_t sum = 0;
  for (const auto& point : points) sum += point.at("count").get<std::int64_t>();
  REQUIRE(sum == 3);
  REQUIRE(points.at(0) ==
          nlohmann::json{{"at", "2026-01-01T06:00:00.000Z"}, {"count", 0}, {"by", nlohmann::json::object()}});
  REQUIRE(points.at(44).at("by") == nlohmann::json{{"marketplace", 1}});
  REQUIRE(points.at(47).at("count") == 2);
  REQUIRE(points.at(47).at("by") == nlohmann::json{{"marketplace", 1}, {"landing-page", 1}});
}

TEST_CASE("deliveries, dead letters and attempts are counted by destination") {
  AdminFixture admin;
  admin.place(State::delivered);
  admin.place(State::dead);
  const auto last = [&](const char* metric) {
    return admin.get_json(kPath, {{"metric", metric}}).at("points").back().at("by");
  };
  REQUIRE(last("delivered") == nlohmann::json{{"crm", 1}});
  REQUIRE(last("dead") == nlohmann::json{{"crm", 1}});
  REQUIRE(last("attempts") == nlohmann::json{{"crm", 2}});
}

TEST_CASE("days are those of UTC, the last thirty unless told otherwise") {
  AdminFixture admin;
  admin.add_lead();
  const auto series = admin.get_json(kPath, {{"metric", "received"}, {"step", "day"}});
  REQUIRE(series.at("points").size() == 30);
  REQUIRE(series.at("to") == "2026-01-02T00:00:00.000Z");
  REQUIRE(series.at("points").back().at("at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(series.at("points").back().at("count") == 1);
  const auto one_day = admin.get_json(kPath, {{"metric", "received"},
                                              {"step", "day"},
                                              {"from", "2026-01-01T12:00:00+02:00"},
                                              {"to", "2026-01-01T12:00:01Z"}});
  REQUIRE(one_day.at("from") == "2026-01-01T00:00:00.000Z");
  REQUIRE(one_day.at("to") == "2026-01-02T00:00:00.000Z");
  REQUIRE(one_day.at("points").size() == 1);
}

TEST_CASE("the name of a source stays text, whatever it is") {
  const admin::SeriesQuery query{outbox::Metric::received, admin::Step::hour, Time{}, Time{hours{1}}};
  const auto points = admin::make_series(query, {{Time{}, "<script>\u202e\"", "deliver", 2}});
  const auto json = nlohmann::json::parse(admin::series_json(query, points));
  REQUIRE(json.at("points").at(0).at("by") == nlohmann::json{{"<script>\u202e\"", 2}});
}

TEST_CASE("a series that cannot be is refused, with the parameter that is wrong") {
  AdminFixture admin;
  struct Case {
    AdminFixture::Query query;
    std::string parameter;
    std::string told;
  };
  const std::vector<Case> cases{
      {{}, "metric", "one of received, delivered, dead, attempts"},
      {{{"metric", "sent"}}, "metric", "one of received"},
      {{{"metric", "dead"}, {"step", "week"}}, "step", "one of hour, day"},
      {{{"metric", "dead"}, {"from", "yesterday"}}, "from", "RFC 3339"},
      {{{"metric", "dead"}, {"to", "2026-01-01"}}, "to", "RFC 3339"},
      {{{"metric", "dead"}, {"from", "2026-01-02T00:00:00Z"}, {"to", "2026-01-01T00:00:00Z"}},
       "from",
       "before \"to\""},
      {{{"metric", "dead"}, {"from", "2026-01-01T00:00:00Z"}, {"to", "2026-01-01T00:00:00Z"}},
       "from",
       "before \"to\""},
      {{{"metric", "dead"}, {"from", "2025-01-01T00:00:00Z"}}, "from", "at most 2000 hours"},
      {{{"metric", "dead"}, {"step", "day"}, {"from", "0001-01-01T00:00:00Z"}}, "from", "at most 2000 days"},
      {{{"metric", "dead"}, {"limit", "5"}}, "limit", "known are metric, step, from, to"},
  };
  for (const auto& each : cases) {
    const auto response = admin.get(kPath, each.query);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_parameter");
    REQUIRE(nlohmann::json::parse(response.body).at("error").at("parameter") == each.parameter);
    REQUIRE(error_message(response).find(each.told) != std::string::npos);
  }
  const AdminFixture::Query most{
      {"metric", "dead"}, {"from", "2026-01-01T00:00:00Z"}, {"to", "2026-03-25T08:00:00Z"}};
  REQUIRE(admin.get_json(kPath, most).at("points").size() == 2'000);
}

}  // namespace leadspool::test
