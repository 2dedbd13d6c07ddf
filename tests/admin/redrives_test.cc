// Redrives of many dead letters: what is ordered, shown and refused.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kRedrives = "/api/v1/redrives";

struct RedrivesFixture : AdminFixture {
  http::Response order(const Json& body) { return call("POST", kRedrives, {}, body.dump()); }

  // One that must be possible.
  Json ordered(const Json& body) {
    const auto response = order(body);
    if (response.status != 202) throw std::runtime_error(response.body);
    return Json::parse(response.body);
  }

  Json show(const Json& redrive) { return get_json(path(redrive)); }

  static std::string path(const Json& redrive) {
    return std::string(kRedrives) + "/" + redrive.at("id").get<std::string>();
  }

  // What the worker does, in steps, until `most` became due or there is nothing left to do; how many did.
  int carry_out(const Json& redrive, int most = 100) {
    int moved = 0;
    bool goes_on = true;
    while (goes_on && moved < most) {
      redrives.step(*parse_uuid(redrive.at("id").get<std::string>()), most - moved, 500, clock.now(),
                    [&](auto result) {
                      const auto& step = std::get<outbox::RedriveStep>(result);
                      moved += step.moved;
                      goes_on = !step.ended && !step.waits;
                    });
    }
    return moved;
  }
};

}  // namespace

TEST_CASE("a redrive of many is answered with all that was ordered and how far it is") {
  RedrivesFixture admin;
  admin.add_dead_lead("http_422");
  admin.add_dead_lead("http_422");
  admin.add_dead_lead("http_400");
  admin.clock.advance(Milliseconds{1'000});
  const auto redrive = admin.ordered({{"filter", {{"destination", "crm"}, {"cause", "http_422"}}},
                                      {"reason", "the field was added"},
                                      {"canary", 1},
                                      {"rate_per_second", 2.5},
                                      {"stop_after_failures", 3}});
  REQUIRE(parse_uuid(redrive.at("id").get<std::string>()));
  REQUIRE(redrive.at("at") == "2026-01-01T00:00:01.000Z");
  REQUIRE(redrive.at("by") == "api");
  REQUIRE(redrive.at("reason") == "the field was added");
  REQUIRE(redrive.at("filter") == Json{{"destination", "crm"}, {"cause", "http_422"}});
  REQUIRE(redrive.at("canary") == 1);
  REQUIRE(redrive.at("rate_per_second") == 2.5);
  REQUIRE(redrive.at("stop_after_failures") == 3);
  REQUIRE(redrive.at("state") == "canary");
  REQUIRE(redrive.at("ended_at").is_null());
  REQUIRE(redrive.at("ended_why").is_null());
  REQUIRE(redrive.at("total") == 2);
  for (const char* count : {"redriven", "delivered", "failed", "waiting", "discarded"}) {
    REQUIRE(redrive.at(count) == 0);
  }
  REQUIRE(redrive.at("service_running") == true);
  // Only the answer to the order knows how the total is made up.
  REQUIRE(redrive.at("dead") == 2);
  REQUIRE(redrive.at("missing") == 0);
  auto shown = admin.show(redrive);
  REQUIRE_FALSE(shown.contains("dead"));
  shown.update({{"dead", 2}, {"missing", 0}});
  REQUIRE(shown == redrive);
}

TEST_CASE("a redrive shows what became of its deliveries") {
  RedrivesFixture admin;
  for (int i = 0; i < 3; ++i) admin.add_dead_lead("http_422");
  const auto redrive = admin.ordered({{"filter", Json::object()}});
  REQUIRE(redrive.at("filter") == Json::object());
  REQUIRE(redrive.at("state") == "running");
  REQUIRE(redrive.at("rate_per_second").is_null());
  REQUIRE(redrive.at("stop_after_failures").is_null());
  REQUIRE(admin.carry_out(redrive, 2) == 2);
  const auto claims = admin.claim();
  REQUIRE(claims.size() == 2);
  REQUIRE(admin.finish(claims.at(0), {.outcome = Outcome::delivered}));
  REQUIRE(admin.finish(claims.at(1), {.outcome = Outcome::rejected, .cause = "http_422"}));
  auto shown = admin.show(redrive);
  REQUIRE(shown.at("redriven") == 2);
  REQUIRE(shown.at("delivered") == 1);
  REQUIRE(shown.at("failed") == 1);
  REQUIRE(admin.carry_out(redrive) == 1);
  shown = admin.show(redrive);
  REQUIRE(shown.at("waiting") == 1);
  REQUIRE(shown.at("redriven") == 3);
}

TEST_CASE("a dry run counts and changes nothing") {
  RedrivesFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  admin.add_lead_without_deliveries();
  const auto response = admin.order({{"filter", {{"cause", "http_422"}}}, {"dry_run", true}});
  REQUIRE(response.status == 200);
  REQUIRE(Json::parse(response.body) == Json{{"dry_run", true}, {"total", 1}, {"dead", 1}, {"missing", 0}});
  const auto missing = admin.order(
      {{"filter", {{"destination", "crm"}, {"from", "2026-01-01T00:00:00Z"}, {"with_missing", true}}},
       {"dry_run", true}});
  REQUIRE(Json::parse(missing.body) == Json{{"dry_run", true}, {"total", 2}, {"dead", 1}, {"missing", 1}});
  const auto none = admin.order({{"filter", {{"cause", "http_400"}}}, {"dry_run", true}});
  REQUIRE(none.status == 200);
  REQUIRE(Json::parse(none.body).at("total") == 0);
  REQUIRE(admin.delivery(id).state == State::dead);
  REQUIRE(admin.get_json(kRedrives).at("redrives").empty());
}

TEST_CASE("leads from before a destination was configured can be asked for") {
  RedrivesFixture admin;
  const Uuid id = admin.add_lead_without_deliveries();
  const auto redrive = admin.ordered(
      {{"filter", {{"destination", "crm"}, {"from", "2026-01-01T01:00:00+01:00"}, {"with_missing", true}}}});
  REQUIRE(redrive.at("filter") ==
          Json{{"destination", "crm"}, {"from", "2026-01-01T00:00:00.000Z"}, {"with_missing", true}});
  REQUIRE(redrive.at("total") == 1);
  REQUIRE(redrive.at("dead") == 0);
  REQUIRE(redrive.at("missing") == 1);
  REQUIRE(admin.carry_out(redrive) == 1);
  REQUIRE(admin.delivery(id).state == State::pending);
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("unrouted") == false);
}

TEST_CASE("a destination that is not configured can be redriven no more than one that is mistyped") {
  RedrivesFixture admin;
  const Uuid id = admin.add_dead_lead("http_422", "old-crm");
  const bool with_missing = GENERATE(false, true);
  const bool dry_run = GENERATE(false, true);
  const auto redrive = [&](const char* destination) {
    Json filter{{"destination", destination}};
    if (with_missing) filter.update({{"from", "2026-01-01T00:00:00Z"}, {"with_missing", true}});
    return admin.order({{"filter", filter}, {"dry_run", dry_run}});
  };
  const auto mistyped = redrive("cmr");
  REQUIRE(mistyped.status == 404);
  REQUIRE(error_message(mistyped).find("did you mean crm?") != std::string::npos);
  const auto removed = redrive("old-crm");
  REQUIRE(removed.status == 409);
  REQUIRE(error_message(removed).find("\"old-crm\" is not in the configuration") != std::string::npos);
  REQUIRE(admin.get_json(kRedrives).at("redrives").empty());
  REQUIRE(admin.delivery(id).state == State::dead);
}

TEST_CASE("a filter that takes nothing orders nothing, and says so") {
  RedrivesFixture admin;
  admin.add_dead_lead("http_422");
  const auto response = admin.order({{"filter", {{"cause", "http_400"}}}});
  REQUIRE(response.status == 409);
  REQUIRE(error_code(response) == "not_possible");
  REQUIRE(error_message(response).find("0 dead letters") != std::string::npos);
  REQUIRE(admin.get_json(kRedrives).at("redrives").empty());
}

TEST_CASE("an order that is not understood redrives nothing") {
  RedrivesFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  const struct {
    const char* body;
    const char* told;
  } wrong[] = {
      {"", "JSON object"},
      {"[]", "JSON object"},
      {"{", "JSON object"},
      {"{}", "\"filter\" must be an object"},
      {R"({"filter":null})", "\"filter\" must be an object"},
      {R"({"filter":[]})", "\"filter\" must be an object"},
      {R"({"filters":{}})", "did you mean filter?"},
      {R"({"filter":{"cuase":"x"}})", "did you mean cause?"},
      {R"({"filter":{"since":"2026-01-01T00:00:00Z"}})", "\"since\""},
      {R"({"filter":{"cause":null}})", "\"cause\" must be text"},
      {R"({"filter":{"cause":""}})", "\"cause\" must be text that is not empty"},
      {R"({"filter":{"destination":["crm"]}})", "\"destination\""},
      {R"({"filter":{"source":7}})", "\"source\""},
      {R"({"filter":{"disposition":"deliverd"}})", "one of deliver, test"},
      {R"({"filter":{"from":"yesterday"}})", "\"from\" must be a time"},
      {R"({"filter":{"to":1}})", "\"to\" must be a time"},
      {R"({"filter":{"with_missing":1}})", "\"with_missing\" must be true or false"},
      {R"({"filter":{"with_missing":true,"destination":"crm"}})", "needs \"destination\" and \"from\""},
      {R"({"filter":{"with_missing":true,"from":"2026-01-01T00:00:00Z"}})", "needs \"destination\""},
      {R"({"filter":{"with_missing":true,"destination":"crm","from":"2026-01-01T00:00:00Z","cause":"x"}})",
       "no \"cause\""},
      {R"({"filter":{},"reason":7})", "\"reason\" must be text"},
      {R"({"filter":{},"dry_run":"yes"})", "\"dry_run\""},
      {R"({"filter":{},"canary":-1})", "\"canary\""},
      {R"({"filter":{},"canary":1.5})", "\"canary\""},
      {R"({"filter":{},"canary":2147483648})", "\"canary\""},
      {R"({"filter":{},"canary":18446744073709551615})", "\"canary\""},
      {R"({"filter":{},"rate_per_second":0})", "\"rate_per_second\""},
      {R"({"filter":{},"rate_per_second":10001})", "\"rate_per_second\""},
      {R"({"filter":{},"rate_per_second":"10"})", "\"rate_per_second\""},
      {R"({"filter":{},"stop_after_failures":0})", "\"stop_after_failures\""},
      {R"({"filter":{},"rate":5})", "did you mean rate_per_second?"},
      {"{\"filter\":{\"cause\":\"\xff\"}}", "UTF-8"}};
  for (const auto& each : wrong) {
    INFO(each.body);
    const auto response = admin.call("POST", kRedrives, {}, each.body);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_body");
    INFO(error_message(response));
    REQUIRE(error_message(response).find(each.told) != std::string::npos);
  }
  REQUIRE(admin.get_json(kRedrives).at("redrives").empty());
  REQUIRE(admin.delivery(id).state == State::dead);
}

TEST_CASE("what may be absent may be null too, but for the filter") {
  RedrivesFixture admin;
  admin.add_dead_lead("http_422");
  const auto redrive = admin.ordered({{"filter", {{"disposition", "deliver"}}},
                                      {"reason", nullptr},
                                      {"dry_run", nullptr},
                                      {"canary", nullptr},
                                      {"rate_per_second", nullptr},
                                      {"stop_after_failures", nullptr}});
  REQUIRE(redrive.at("reason").is_null());
  REQUIRE(redrive.at("canary") == 0);
}

TEST_CASE("the last redrives are listed, the newest first") {
  RedrivesFixture admin;
  admin.add_dead_lead("http_422");
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(admin.ordered({{"filter", Json::object()}}).at("id").get<std::string>());
  }
  const auto all = admin.get_json(kRedrives).at("redrives");
  REQUIRE(all.size() == 3);
  REQUIRE(all.at(0).at("id") == ids.at(2));
  REQUIRE(all.at(2).at("id") == ids.at(0));
  const auto last = admin.get_json(kRedrives, {{"limit", "1"}}).at("redrives");
  REQUIRE(last.size() == 1);
  REQUIRE(last.at(0).at("id") == ids.at(2));
  for (const char* limit : {"0", "501", "x"}) {
    const auto response = admin.get(kRedrives, {{"limit", limit}});
    REQUIRE(response.status == 400);
    REQUIRE(error_message(response).find("1 to 500") != std::string::npos);
  }
}

TEST_CASE("a cancelled redrive goes no further, and cannot be cancelled twice") {
  RedrivesFixture admin;
  for (int i = 0; i < 2; ++i) admin.add_dead_lead("http_422");
  const auto redrive = admin.ordered({{"filter", Json::object()}});
  REQUIRE(admin.carry_out(redrive, 1) == 1);
  const std::string cancel = RedrivesFixture::path(redrive) + "/cancel";
  REQUIRE(admin.call("POST", cancel, {}, R"({"filter":{}})").status == 400);
  const auto response = admin.call("POST", cancel, {}, R"({"reason":"the wrong destination"})");
  REQUIRE(response.status == 200);
  const auto cancelled = Json::parse(response.body);
  REQUIRE(cancelled.at("state") == "cancelled");
  REQUIRE(cancelled.at("ended_at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(cancelled.at("ended_why").get<std::string>().find("the wrong destination") != std::string::npos);
  REQUIRE(cancelled.at("redriven") == 1);
  REQUIRE(admin.get_json("/api/v1/status").at("deliveries").at("dead") == 1);

  const auto again = admin.call("POST", cancel);
  REQUIRE(again.status == 409);
  REQUIRE(error_code(again) == "redrive_ended");
  REQUIRE(error_message(again).find("cancelled") != std::string::npos);
}

TEST_CASE("an unknown redrive is neither shown nor cancelled") {
  RedrivesFixture admin;
  for (const std::string id : {"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", "garbage"}) {
    const std::string path = std::string(kRedrives) + "/" + id;
    for (const auto& response : {admin.get(path), admin.call("POST", path + "/cancel")}) {
      REQUIRE(response.status == 404);
      REQUIRE(error_code(response) == "no_such_redrive");
    }
  }
}

}  // namespace leadspool::test
