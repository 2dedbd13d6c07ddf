// The simulated Marketo over real sockets.
#include "simulator/marketo_crm.h"

#include <functional>
#include <future>

#include <nlohmann/json.hpp>

#include "simulator/running_crm.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kLead =
    R"({"email":"Some@example.com","firstName":"Zoë","lastName":"Nguyễn-Müller 🚀","company":"株式会社"})";

// Does something once, in the middle of a request: every answer draws an id.
class InterruptingRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    if (const auto once = std::exchange(in_the_middle, nullptr)) once();
    seeded_.fill(bytes);
  }

  std::function<void()> in_the_middle;

 private:
  SeededRandom seeded_;
};

struct Marketo : RunningCrm {
  Marketo() : RunningCrm("/marketo") {}

  [[nodiscard]] http::ClientAnswer ask_token(const std::string& id = "leadspool",
                                             const std::string& secret = "secret") const {
    return call("GET", "/identity/oauth/token?grant_type=client_credentials&client_id=" + id +
                           "&client_secret=" + secret);
  }
  [[nodiscard]] std::string token() const { return Json::parse(ask_token().body).at("access_token"); }

  // What is told of the whole request.
  [[nodiscard]] Json sync_all(const std::string& body, const std::string& token) const {
    const auto answer = call("POST", "/rest/v1/leads.json", body, {{"Authorization", "Bearer " + token}});
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
  // What is told of one lead.
  [[nodiscard]] Json sync(const std::string& lead, const std::string& action = "createOrUpdate") const {
    const Json body{{"action", action}, {"lookupField", "email"}, {"input", {Json::parse(lead)}}};
    const Json told = sync_all(body.dump(), token());
    REQUIRE(told.at("success") == true);
    return told.at("result").at(0);
  }
};

std::string error_code(const Json& told) {
  REQUIRE(told.at("success") == false);
  return told.at("errors").at(0).at("code");
}

std::string skip_code(const Json& lead) {
  REQUIRE(lead.at("status") == "skipped");
  return lead.at("reasons").at(0).at("code");
}

}  // namespace

TEST_CASE("a Marketo lead is created and then updated, by its e-mail address in any case") {
  Marketo crm;
  const Json created = crm.sync(kLead);
  REQUIRE(created.at("status") == "created");
  const Json updated = crm.sync(R"({"email":"some@EXAMPLE.com","title":"CTO"})");
  REQUIRE(updated.at("status") == "updated");
  REQUIRE(updated.at("id") == created.at("id"));

  const Json held = crm.get("/records");
  REQUIRE(held.at("count") == 1);
  REQUIRE(held.at("records").at(0).at("times_received") == 2);
  REQUIRE(held.at("records").at(0).at("lead").at("lastName") == "Nguyễn-Müller 🚀");
  REQUIRE(held.at("records").at(0).at("lead").at("company") == "株式会社");
  REQUIRE(held.at("records").at(0).at("lead").at("title") == "CTO");

  REQUIRE(skip_code(crm.sync(kLead, "createOnly")) == "1005");
  REQUIRE(skip_code(crm.sync(R"({"email":"nobody@example.com"})", "updateOnly")) == "1004");
}

TEST_CASE("Marketo gives the same token again, until it lapses") {
  Marketo crm;
  const Json first = Json::parse(crm.ask_token().body);
  REQUIRE(first.at("token_type") == "bearer");
  REQUIRE(first.at("expires_in") == 3600);
  crm.advance(std::chrono::seconds{1'000});
  const Json second = Json::parse(crm.ask_token().body);
  REQUIRE(second.at("access_token") == first.at("access_token"));
  REQUIRE(second.at("expires_in") == 2600);
  crm.advance(std::chrono::seconds{2'600});

  const std::string body = R"({"input":[{"email":"a@example.com"}]})";
  REQUIRE(error_code(crm.sync_all(body, first.at("access_token"))) == "602");
  const std::string fresh = crm.token();
  REQUIRE(first.at("access_token") != fresh);
  REQUIRE(crm.sync_all(body, fresh).at("success") == true);
  REQUIRE(error_code(crm.sync_all(body, "made up")) == "601");
  REQUIRE(error_code(crm.sync_all(body, "")) == "600");
  REQUIRE(crm.get("/settings").at("tokens_issued") == 2);
}

TEST_CASE("Marketo gives no token to who does not know its secret") {
  Marketo crm;
  const auto wrong_secret = crm.ask_token("leadspool", "guess");
  REQUIRE(wrong_secret.status == 401);
  REQUIRE(Json::parse(wrong_secret.body).at("error") == "invalid_client");
  const auto wrong_id = crm.ask_token("nobody");
  REQUIRE(wrong_id.status == 401);
  REQUIRE(Json::parse(wrong_id.body).at("error_description") == "No client with requested id: nobody");
  REQUIRE(crm.call("GET", "/identity/oauth/token?grant_type=password").status == 400);
  REQUIRE(crm.get("/settings").at("tokens_issued") == 0);
}

TEST_CASE("Marketo skips a lead that it does not like, and names the field") {
  Marketo crm;
  struct Case {
    Json lead;
    const char* code;
    const char* field;
  };
  for (const auto& [lead, code, field] :
       {Case{{{"email", "a@example.com"}, {"shoeSize", "9"}}, "1006", "'shoeSize'"},
        Case{{{"email", "a@example.com"}, {"title", std::string(256, 'x')}}, "1003", "'title'"},
        Case{{{"email", "zoë@example.com"}}, "1003", "'email'"},
        Case{{{"email", "nobody"}}, "1003", "'email'"},
        Case{{{"email", ""}, {"lastName", "One"}}, "1003", "'email'"},
        Case{{{"lastName", "One"}}, "1003", "'email'"}}) {
    const Json told = crm.sync(lead.dump());
    REQUIRE(skip_code(told) == code);
    REQUIRE(told.at("reasons").at(0).at("message").get<std::string>().find(field) != std::string::npos);
  }
  REQUIRE(crm.count() == 0);
  // Of several some may be taken.
  const Json mixed =
      crm.sync_all(R"({"input":[{"email":"nobody"},{"email":"a@example.com"}]})", crm.token()).at("result");
  REQUIRE(mixed.at(0).at("status") == "skipped");
  REQUIRE(mixed.at(1).at("status") == "created");
}

TEST_CASE("Marketo refuses a request that it cannot read, or that looks up by what cannot be") {
  Marketo crm;
  const std::string token = crm.token();
  for (const char* body :
       {"", "{", "{}", "[]", R"({"input":[]})", R"({"input":[7]})", R"({"input":[{}],"action":7})"}) {
    REQUIRE(error_code(crm.sync_all(body, token)) == "609");
  }
  REQUIRE(error_code(crm.sync_all(R"({"lookupField":"shoeSize","input":[{}]})", token)) == "1006");
  REQUIRE(error_code(crm.sync_all(R"({"lookupField":"firstName","input":[{}]})", token)) == "1011");
  REQUIRE(error_code(crm.sync_all(R"({"action":"merge","input":[{}]})", token)) == "1001");
  REQUIRE(
      crm.sync_all(R"({"lookupField":"leadspoolId","input":[{"leadspoolId":"1"}]})", token).at("success") ==
      true);
}

TEST_CASE("two Marketo requests for one key at once make two leads, and the key is refused from then on") {
  FakeClock clock;
  InterruptingRandom random;
  simulator::MarketoCrm crm(clock, random);
  http::Router router;
  crm.add_routes(router, "");
  const auto call = [&](http::Request request) { return Json::parse(router.handle(request).body); };
  const std::string token = call({.method = "GET",
                                  .path = "/identity/oauth/token",
                                  .query = {{"grant_type", "client_credentials"},
                                            {"client_id", "leadspool"},
                                            {"client_secret", "secret"}}})
                                .at("access_token");
  const auto sync = [&] {
    return call({.method = "POST",
                 .path = "/rest/v1/leads.json",
                 .headers = {{"Authorization", "Bearer " + token}, {"Content-Type", "application/json"}},
                 .body = R"({"input":[{"email":"twice@example.com"}]})"})
        .at("result")
        .at(0);
  };

  Json second;
  random.in_the_middle = [&] { second = sync(); };
  const Json first = sync();
  REQUIRE(second.at("status") == "created");
  REQUIRE(first.at("status") == "created");
  REQUIRE(first.at("id") != second.at("id"));
  REQUIRE(skip_code(sync()) == "1007");
}

TEST_CASE("Marketo takes ten requests at once") {
  Marketo crm;
  const std::string body = R"({"input":[{"email":"a@example.com"}]})";
  const std::string token = crm.token();
  crm.set_fault(R"({"mode":"hang","count":10})");
  std::vector<std::future<http::ClientResult>> hanging;
  for (int i = 0; i < 10; ++i) {
    hanging.push_back(std::async(std::launch::async, [&] {
      return crm.try_call("POST", "/rest/v1/leads.json", body, {{"Authorization", "Bearer " + token}});
    }));
  }
  // The fault is gone once all of them have taken it.
  while (crm.get("/faults").at("mode") != "none") {
  }
  REQUIRE(error_code(crm.sync_all(body, token)) == "615");
  crm.set_fault(R"({"mode":"none"})");
  for (auto& each : hanging) REQUIRE(std::holds_alternative<http::ClientFailure>(each.get()));
  REQUIRE(crm.sync_all(body, token).at("success") == true);
}

TEST_CASE("Marketo says in its own words what a fault makes it say, with HTTP 200") {
  struct Case {
    const char* fault;
    const char* code;
  };
  for (const auto& each : {Case{R"({"mode":"unauthorized"})", "601"}, Case{R"({"mode":"forbid"})", "603"},
                           Case{R"({"mode":"throttle"})", "606"}, Case{R"({"mode":"quota"})", "607"},
                           Case{R"({"mode":"refuse"})", "608"}, Case{R"({"mode":"error"})", "611"}}) {
    Marketo crm;
    const std::string token = crm.token();
    crm.set_fault(each.fault);
    REQUIRE(error_code(crm.sync_all(R"({"input":[{"email":"a@example.com"}]})", token)) == each.code);
    REQUIRE(crm.count() == 0);
  }
  Marketo crm;
  crm.set_fault(R"({"mode":"reject"})");
  REQUIRE(skip_code(crm.sync(kLead)) == "1003");
  crm.set_fault(R"({"mode":"error","status":502})");
  REQUIRE(crm.call("POST", "/rest/v1/leads.json", "{}").status == 502);
}

TEST_CASE("a fault may strike Marketo's token endpoint alone") {
  Marketo crm;
  const std::string token = crm.token();
  crm.set_fault(R"({"mode":"unauthorized","at":"token"})");
  REQUIRE(crm.ask_token().status == 401);
  REQUIRE(crm.sync_all(R"({"input":[{"email":"a@example.com"}]})", token).at("success") == true);
  crm.set_fault(R"({"mode":"refuse","at":"token"})");
  REQUIRE(crm.ask_token().status == 503);
}

TEST_CASE("Marketo describes its fields to who has a token") {
  Marketo crm;
  REQUIRE(error_code(crm.get("/rest/v1/leads/describe.json")) == "600");
  const auto described =
      crm.call("GET", "/rest/v1/leads/describe.json", {}, {{"Authorization", "Bearer " + crm.token()}});
  const Json email = Json::parse(described.body).at("result").at(0);
  REQUIRE(email.at("rest").at("name") == "email");
  REQUIRE(email.at("length") == 255);
}

}  // namespace leadspool::test
