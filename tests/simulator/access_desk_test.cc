// Who is let in to any simulated CRM.
#include "simulator/access_desk.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/seeded_random.h"

namespace leadspool::test {
namespace {

struct DeskFixture {
  DeskFixture() { desk.add_routes(router, "/crm"); }

  http::Response call(const std::string& method, const std::string& path, const std::string& body = {}) {
    http::Request request;
    request.method = method;
    request.path = "/crm" + path;
    request.body = body;
    return router.handle(request);
  }

  nlohmann::json settings() { return nlohmann::json::parse(call("GET", "/settings").body); }

  FakeClock clock;
  SeededRandom random;
  simulator::AccessDesk desk{{.fields = {"name"}}, clock, random};
  http::Router router;
};

}  // namespace

TEST_CASE("a token is known until its life is over") {
  DeskFixture crm;
  crm.call("PUT", "/settings", R"({"token_lifetime_s":60})");
  const auto issued = crm.desk.issue();
  REQUIRE(issued.expires_in == std::chrono::seconds{60});
  REQUIRE(crm.desk.knows(issued.token));
  REQUIRE_FALSE(crm.desk.knows(""));
  crm.clock.advance(Milliseconds{59'999});
  REQUIRE(crm.desk.knows(issued.token));
  crm.clock.advance(Milliseconds{1});
  REQUIRE_FALSE(crm.desk.knows(issued.token));
}

TEST_CASE("every token is another one, and all are counted") {
  DeskFixture crm;
  const auto first = crm.desk.issue();
  const auto second = crm.desk.issue();
  REQUIRE(first.token != second.token);
  REQUIRE(crm.desk.knows(first.token));
  REQUIRE(crm.desk.knows(second.token));
  REQUIRE(crm.settings().at("tokens_issued") == 2);
}

TEST_CASE("tokens can be refused from one moment to the next") {
  DeskFixture crm;
  const auto before = crm.desk.issue();
  REQUIRE(nlohmann::json::parse(crm.call("DELETE", "/tokens").body).at("refused") == 1);
  REQUIRE_FALSE(crm.desk.knows(before.token));
  REQUIRE(crm.desk.knows(crm.desk.issue().token));
}

TEST_CASE("settings that are given change, the others stay") {
  DeskFixture crm;
  REQUIRE(crm.settings().at("client_secret") == "secret");
  REQUIRE(crm.call("PUT", "/settings",
                   R"({"client_secret":"new","may_create":false,"duplicate_rule":true,"fields":["a","b"]})")
              .status == 200);
  const auto settings = crm.settings();
  REQUIRE(settings.at("client_secret") == "new");
  REQUIRE(settings.at("client_id") == "leadspool");
  REQUIRE(settings.at("token") == "token");
  REQUIRE(settings.at("may_create") == false);
  REQUIRE(settings.at("duplicate_rule") == true);
  REQUIRE(settings.at("fields") == nlohmann::json{"a", "b"});
  REQUIRE(crm.desk.settings().fields.size() == 2);
}

TEST_CASE("settings that make no sense are refused as a whole") {
  DeskFixture crm;
  for (const char* wrong :
       {"", "[]", R"({"colour":"red"})", R"({"client_id":7})", R"({"token_lifetime_s":0})",
        R"({"token_lifetime_s":1.5})", R"({"token_lifetime_s":18446744073709551615})", R"({"fields":"name"})",
        R"({"fields":["a",1]})", R"({"may_create":1})", R"({"client_id":"new","duplicate_rule":"yes"})"}) {
    REQUIRE(crm.call("PUT", "/settings", wrong).status == 400);
  }
  REQUIRE(crm.settings().at("client_id") == "leadspool");
  REQUIRE(crm.settings().at("fields") == nlohmann::json{"name"});
}

TEST_CASE("a form is read with its escapes") {
  using Form = std::map<std::string, std::string>;
  REQUIRE(simulator::read_form("") == Form{});
  REQUIRE(simulator::read_form("a=1&b=x+y%26%3d%C3%A9&c") == Form{{"a", "1"}, {"b", "x y&=é"}, {"c", ""}});
  REQUIRE(simulator::read_form("a=1&a=2&&b=%zz%4") == Form{{"a", "2"}, {"b", "%zz%4"}});
}

}  // namespace leadspool::test
