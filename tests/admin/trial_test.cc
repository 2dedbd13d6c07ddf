// How a destination is tried out: its test, and what would be sent.
#include <set>

#include "admin/lead_query.h"
#include "admin_fixture.h"
#include "http/curl_client.h"
#include "http/server.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using connector::RequestPreview;
using connector::TestStep;
using Verdict = TestStep::Verdict;

constexpr const char* kTest = "/api/v1/destinations/crm/test";
constexpr const char* kPreview = "/api/v1/destinations/crm/preview";
constexpr const char* kSinceEver = "2020-01-01T00:00:00Z";

struct TrialFixture : AdminFixture {
  Json tested() { return Json::parse(call("POST", kTest).body); }

  // One that is refused without a company, and whose title is cut.
  static RequestPreview strict(const LeadWithPayload& lead) {
    RequestPreview made{.method = "POST", .url = "https://crm.example/leads"};
    if (lead.fields.last_name == "Rejected") made.rejected_because = "missing required field company";
    if (lead.fields.last_name != "Fine") made.cuts.push_back({"jobtitle", 240, 100});
    return made;
  }

  // What all answers that follow each other through next_cursor hold.
  Json all_findings(const std::string& limit) {
    Json all{{"checked", 0}, {"rejected", Json::array()}, {"cut", Json::array()}};
    Query query{{"since", kSinceEver}, {"limit", limit}};
    for (;;) {
      const auto answer = get_json(kPreview, query);
      all["checked"] = all["checked"].get<int>() + answer.at("checked").get<int>();
      for (const auto* list : {"rejected", "cut"}) {
        for (const auto& each : answer.at(list)) all[list].push_back(each.at("lead"));
      }
      if (answer.at("next_cursor").is_null()) return all;
      query = {{"since", kSinceEver}, {"limit", limit}, {"cursor", answer.at("next_cursor")}};
    }
  }
};

}  // namespace

TEST_CASE("a test passes if a step has passed and none failed, and tells each step with what to change") {
  TrialFixture admin;
  admin.test_steps = {{"token", Verdict::passed, "a token was given", ""},
                      {"columns", Verdict::unknown, "this CRM does not tell", ""}};
  REQUIRE(
      admin.tested() ==
      Json{
          {"destination", "crm"},
          {"passed", true},
          {"steps",
           {{{"what", "token"}, {"verdict", "passed"}, {"detail", "a token was given"}, {"setting", nullptr}},
            {{"what", "columns"},
             {"verdict", "unknown"},
             {"detail", "this CRM does not tell"},
             {"setting", nullptr}}}}});

  admin.test_steps = {{"token", Verdict::failed, "the client secret has expired", "client_secret"}};
  const auto response = admin.call("POST", kTest);
  REQUIRE(response.status == 200);
  const auto failed = Json::parse(response.body);
  REQUIRE(failed.at("passed") == false);
  REQUIRE(failed.at("steps").at(0).at("verdict") == "failed");
  REQUIRE(failed.at("steps").at(0).at("setting") == "client_secret");

  admin.test_steps = {{"token", Verdict::unknown, "the CRM is out of reach", ""}};
  REQUIRE(admin.tested().at("passed") == false);
}

TEST_CASE("words of a CRM that are no UTF-8 do not spoil an answer") {
  TrialFixture admin;
  admin.test_steps = {{"token", Verdict::failed, "caf\xe9", "token"}};
  REQUIRE(admin.tested().at("steps").at(0).at("detail") == "caf\xef\xbf\xbd");
  admin.add_lead();
  admin.previews.preview = [](const auto&) { return RequestPreview{.method = "POST", .body = "caf\xe9"}; };
  REQUIRE(admin.get_json(kPreview).at("body") == "caf\xef\xbf\xbd");
}

TEST_CASE(
    "a destination that does not exist is neither tested nor previewed, and the name meant is proposed") {
  TrialFixture admin;
  admin.add_lead();
  const http::Response answers[] = {admin.call("POST", "/api/v1/destinations/cmr/test"),
                                    admin.get("/api/v1/destinations/cmr/preview"),
                                    admin.get("/api/v1/destinations/cmr/preview", {{"since", kSinceEver}})};
  for (const auto& answer : answers) {
    REQUIRE(answer.status == 404);
    REQUIRE(error_code(answer) == "no_such_destination");
    REQUIRE(error_message(answer).find("did you mean crm?") != std::string::npos);
    REQUIRE(error_message(answer).find("`leadspool reload`") != std::string::npos);
  }
}

TEST_CASE("a file with mistakes previews nothing, and tells them") {
  TrialFixture admin;
  admin.add_lead();
  admin.previews.mistakes = {"leadspool.toml:7:1: unknown key"};
  const auto refused = admin.get(kPreview);
  REQUIRE(refused.status == 409);
  REQUIRE(error_message(refused).find("leadspool.toml:7:1: unknown key") != std::string::npos);
}

TEST_CASE("a destination that is in force, and in the file no more, is not tested") {
  TrialFixture admin;
  admin.destinations.push_back({"old", "webhook", admin::HealthStatus{}});
  const auto answer = admin.call("POST", "/api/v1/destinations/old/test");
  REQUIRE(answer.status == 404);
  REQUIRE(error_code(answer) == "no_such_destination");
  REQUIRE(error_message(answer).find("in the configuration file any more") != std::string::npos);
}

TEST_CASE("a preview shows the request, what is cut, and why it would not be sent") {
  TrialFixture admin;
  const auto lead = admin.add_lead("Nguyen");
  admin.previews.preview = [](const auto&) {
    return RequestPreview{.method = "PATCH",
                          .url = "https://org.crm.dynamics.com/api/data/v9.2/leads(1)",
                          .headers = {{"Authorization", "Bearer ***"}, {"If-None-Match", "*"}},
                          .body = R"({"lastname":"Nguyen"})",
                          .cuts = {{"jobtitle", 240, 100}}};
  };
  admin.previews.wants = [&](const Lead& asked) { return asked.id != lead; };
  REQUIRE(admin.get_json(kPreview, {{"lead", to_string(lead)}}) ==
          Json{{"destination", "crm"},
               {"lead", to_string(lead)},
               {"wanted", false},
               {"method", "PATCH"},
               {"url", "https://org.crm.dynamics.com/api/data/v9.2/leads(1)"},
               {"headers",
                {{{"name", "Authorization"}, {"value", "Bearer ***"}},
                 {{"name", "If-None-Match"}, {"value", "*"}}}},
               {"body", R"({"lastname":"Nguyen"})"},
               {"cuts", {{{"field", "jobtitle"}, {"from", 240}, {"to", 100}}}},
               {"rejected_because", nullptr}});

  admin.previews.preview = [](const auto&) {
    return RequestPreview{.rejected_because = "missing field company"};
  };
  REQUIRE(admin.get_json(kPreview).at("rejected_because") == "missing field company");
}

TEST_CASE("a preview is of the body that a person brought, and without an id of the newest lead") {
  TrialFixture admin;
  const auto first = admin.add_lead("First");
  admin.revised(first, {{"payload", R"({"UserDetails":{"LastName":"Brought"}})"}});
  const auto newest = admin.add_lead("Newest");
  admin.add_quarantined_lead();
  REQUIRE(admin.get_json(kPreview).at("lead") == to_string(newest));
  const auto shown = admin.get_json(kPreview, {{"lead", to_string(first)}});
  REQUIRE(Json::parse(shown.at("body").get<std::string>()).at("UserDetails").at("LastName") == "Brought");
}

TEST_CASE("what is never sent has no preview") {
  TrialFixture admin;
  const auto none = admin.get(kPreview);
  REQUIRE(none.status == 404);
  REQUIRE(error_message(none).find("`leadspool send`") != std::string::npos);

  const auto quarantined = admin.add_quarantined_lead();
  const auto probe = admin.add({.source = "marketplace",
                                .disposition = Disposition::probe,
                                .disposition_reason = "empty",
                                .receipt = AdminFixture::receipt("")});
  for (const auto& lead : {quarantined, probe}) {
    const auto refused = admin.get(kPreview, {{"lead", to_string(lead)}});
    REQUIRE(refused.status == 409);
    REQUIRE(error_code(refused) == "not_possible");
  }
  for (const auto* unknown : {"no-id", "01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f"}) {
    const auto refused = admin.get(kPreview, {{"lead", unknown}});
    REQUIRE(refused.status == 404);
    REQUIRE(error_code(refused) == "no_such_lead");
  }
}

TEST_CASE("a preview of many lists what would be rejected and what would be cut") {
  TrialFixture admin;
  admin.previews.preview = TrialFixture::strict;
  admin.add_lead("Rejected");
  admin.clock.advance(1h);
  const std::string since = to_rfc3339(admin.clock.now());
  admin.add_lead("Fine");
  const auto rejected = admin.add_lead("Rejected");
  const auto cut = admin.add_lead("Cut");
  admin.add_quarantined_lead();
  const Json is_cut = {{{"field", "jobtitle"}, {"from", 240}, {"to", 100}}};
  REQUIRE(admin.get_json(kPreview, {{"since", since}}) ==
          Json{{"destination", "crm"},
               {"since", since},
               {"checked", 3},
               {"rejected",
                {{{"lead", to_string(rejected)},
                  {"received_at", since},
                  {"because", "missing required field company"}}}},
               {"cut", {{{"lead", to_string(cut)}, {"received_at", since}, {"cuts", is_cut}}}},
               {"next_cursor", nullptr}});
}

TEST_CASE("leads that the destination would not get are not checked") {
  TrialFixture admin;
  admin.previews.preview = TrialFixture::strict;
  admin.previews.wants = [](const Lead& lead) { return lead.fields.last_name == "Cut"; };
  admin.add_lead("Rejected");
  admin.add_lead("Cut");
  const auto found = admin.get_json(kPreview, {{"since", kSinceEver}});
  REQUIRE(found.at("checked") == 1);
  REQUIRE(found.at("rejected").empty());
  REQUIRE(found.at("cut").size() == 1);
}

TEST_CASE("an answer looks at no more leads than its limit, and its cursor leads through all of them once") {
  TrialFixture admin;
  admin.previews.preview = TrialFixture::strict;
  for (int i = 0; i < 5; ++i) {
    admin.add_lead("Rejected");
    admin.add_lead("Cut");
    admin.add_quarantined_lead();
  }
  const auto first = admin.get_json(kPreview, {{"since", kSinceEver}, {"limit", "3"}});
  REQUIRE(first.at("checked") == 3);
  REQUIRE(first.at("next_cursor").is_string());
  const auto whole = admin.all_findings("500");
  REQUIRE(whole.at("checked") == 10);
  REQUIRE(std::set<std::string>(whole.at("rejected").begin(), whole.at("rejected").end()).size() == 5);
  for (const auto* limit : {"1", "3", "10"}) REQUIRE(admin.all_findings(limit) == whole);
}

TEST_CASE("more leads than are read at a time are previewed in one answer") {
  TrialFixture admin;
  admin.previews.preview = TrialFixture::strict;
  for (int i = 0; i < 210; ++i) admin.add_lead("Cut");
  const auto found = admin.get_json(kPreview, {{"since", kSinceEver}, {"limit", "205"}});
  REQUIRE(found.at("checked") == 205);
  REQUIRE(found.at("cut").size() == 205);
  REQUIRE(found.at("next_cursor").is_string());
}

TEST_CASE("a query of a preview that is not understood previews nothing") {
  TrialFixture admin;
  const auto lead = to_string(admin.add_lead());
  const auto leads_cursor = admin::make_cursor(7);
  const AdminFixture::Query queries[] = {{{"since", "yesterday"}},
                                         {{"since", kSinceEver}, {"limit", "0"}},
                                         {{"since", kSinceEver}, {"limit", "501"}},
                                         {{"since", kSinceEver}, {"cursor", "7"}},
                                         {{"since", kSinceEver}, {"cursor", leads_cursor}},
                                         {{"since", kSinceEver}, {"lead", lead}},
                                         {{"until", kSinceEver}}};
  for (const auto& query : queries) {
    const auto refused = admin.get(kPreview, query);
    REQUIRE(refused.status == 400);
    REQUIRE(error_code(refused) == "bad_parameter");
  }
}

TEST_CASE("test and preview are served over HTTP to who has the token") {
  TrialFixture admin;
  admin.add_lead("Zoë");
  http::ServerOptions options;
  options.address = "127.0.0.1";
  http::Server server(options, admin.router);
  server.start();
  const auto ask = [&](const std::string& method, const std::string& target, const std::string& token) {
    http::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(server.port()) + target;
    request.headers = {{"Authorization", "Bearer " + token}};
    return std::get<http::ClientAnswer>(http::send_and_wait(std::move(request)));
  };
  REQUIRE(ask("GET", kPreview, "wrong").status == 401);
  REQUIRE(ask("POST", kTest, "wrong").status == 401);
  const auto preview = ask("GET", std::string(kPreview) + "?since=2020-01-01T00:00:00Z", kToken);
  REQUIRE(preview.status == 200);
  REQUIRE(Json::parse(preview.body).at("checked") == 1);
  admin.test_steps = {{"token", Verdict::passed, "a token was given", ""}};
  REQUIRE(Json::parse(ask("POST", kTest, kToken).body).at("passed") == true);
  server.stop();
}

}  // namespace leadspool::test
