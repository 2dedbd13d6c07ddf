// Bodies that no receiver likes: each gets a clear answer, what was authenticated and small enough is kept
// byte for byte, and the service goes on.
#include "e2e/installation.h"
#include "support/catch.h"
#include "support/sample_leads.h"

namespace leadspool::test {
namespace {

struct BadBody {
  std::string what;
  std::string body;
  std::string code;
};

}  // namespace

TEST_CASE("an authenticated body that is no lead is kept byte for byte, with an id to find it by") {
  Installation leadspool;
  leadspool.serve();
  const BadBody bodies[] = {
      {"100,000 nested brackets", std::string(100'000, '['), "not_an_object"},
      {"100,000 nested brackets within a lead",
       R"({"Extra":)" + std::string(50'000, '[') + std::string(50'000, ']') +
           R"(,"UserDetails":{"FirstName":"Some"}})",
       "too_deep"},
      {"invalid UTF-8", "{\"UserDetails\":{\"FirstName\":\"\xff\xfe\"}}", "invalid_utf8"},
      {"NUL bytes", std::string("{\"UserDetails\":\0{\"FirstName\":\"a\0b\"}}", 36), "nul_byte"},
      {"a body that breaks off", R"({"UserDetails":{"FirstName":"So)", "not_json"},
  };
  for (const auto& [what, body, code] : bodies) {
    INFO(what);
    const auto result = leadspool.post(body);
    REQUIRE(std::holds_alternative<http::ClientAnswer>(result));
    const auto& answer = std::get<http::ClientAnswer>(result);
    INFO(answer.body);
    REQUIRE(answer.status == 422);
    const auto json = Json::parse(answer.body);
    REQUIRE(json["error"]["code"] == code);
    const auto id = json["id"].get<std::string>();
    REQUIRE(leadspool.admin_json("/api/v1/leads/" + id)["disposition"] == "quarantined");
    REQUIRE(leadspool.admin("GET", "/api/v1/leads/" + id + "/payload").body == body);
    REQUIRE(leadspool.leadspool({"leads", "payload", id}).out == body);
  }
  REQUIRE(leadspool.accept(sample_lead_body("official.json"))["status"] == "accepted");
  REQUIRE(leadspool.stop().code == 0);
}

TEST_CASE("a body of 10 MiB is refused, nothing is stored, and the service goes on") {
  Installation leadspool;
  leadspool.serve();
  const auto result = leadspool.post(std::string(10u << 20, 'x'));
  // The refusal may come while the sender still sends, and then its connection may break first.
  if (const auto* answer = std::get_if<http::ClientAnswer>(&result)) REQUIRE(answer->status == 413);
  REQUIRE(leadspool.admin_json("/api/v1/status")["leads"] == 0);
  REQUIRE(leadspool.accept(sample_lead_body("official.json"))["status"] == "accepted");
}

}  // namespace leadspool::test
