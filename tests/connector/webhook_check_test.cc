#include <nlohmann/json.hpp>

#include "connector/webhook.h"
#include "connector/webhook_fixture.h"

using namespace leadspool;
using namespace leadspool::test::webhook;
using connector::TestStep;
using connector::Webhook;
using http::FailurePhase;

TEST_CASE("a preview shows what would be sent, and no secret") {
  auto options = options_for("https://hooks.example/services/T0/S3CR3T?lead={{ id }}");
  options.headers = {{"X-Shop", "S3CR3T"}, {"Accept", "application/json"}, {"X-Api-Key", "S3CR3T"}};
  options.auth = connector::BearerAuth{LiveSecret(Secret("S3CR3T"))};
  options.signing_secret = LiveSecret(Secret("S3CR3T"));
  options.columns = {{"last_name", 2}};
  const test::FakeClock clock(kNow);
  auto preview = Webhook(options, clock).preview(sample_lead());
  REQUIRE(preview.url ==
          "https://hooks.example/services/T0/S3CR3T?lead=0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");

  options.url_is_secret = true;
  preview = Webhook(options, clock).preview(sample_lead());
  REQUIRE(preview.method == "POST");
  REQUIRE(preview.url == "https://hooks.example/***");
  REQUIRE(nlohmann::json::parse(preview.body)["last_name"] == "On");
  REQUIRE(preview.cuts.size() == 1);
  REQUIRE(preview.rejected_because.empty());
  const auto shown = [&](std::string_view name) {
    return std::string(http::find_header(preview.headers, name));
  };
  REQUIRE(shown("Authorization") == "Bearer ***");
  REQUIRE(shown("X-Shop") == "***");
  REQUIRE(shown("X-Api-Key") == "***");
  REQUIRE(shown("webhook-signature") == "***");
  REQUIRE(shown("Accept") == "application/json");
  REQUIRE(shown("Content-Type") == "application/json");
  REQUIRE(shown("Idempotency-Key") == "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  for (const auto& each : preview.headers) REQUIRE(each.value.find("S3CR3T") == std::string::npos);
}

TEST_CASE("a test of a webhook makes no record, and names the wrong setting") {
  using Verdict = TestStep::Verdict;
  struct Row {
    http::ClientResult result;
    std::vector<std::pair<std::string, Verdict>> steps;
    std::string_view setting;  // of the step that failed
  };
  const std::pair<std::string, Verdict> unsent{"lead", Verdict::unknown};
  const Row table[] = {
      {answer(204), {{"address", Verdict::passed}, {"credentials", Verdict::unknown}, unsent}, ""},
      {answer(405), {{"address", Verdict::passed}, {"credentials", Verdict::unknown}, unsent}, ""},
      {answer(501), {{"address", Verdict::passed}, {"credentials", Verdict::unknown}, unsent}, ""},
      {answer(401), {{"address", Verdict::passed}, {"credentials", Verdict::failed}}, "token"},
      {answer(403), {{"address", Verdict::passed}, {"credentials", Verdict::failed}}, "token"},
      {answer(404), {{"address", Verdict::failed}}, "url"},
      {answer(302), {{"address", Verdict::failed}}, "url"},
      {answer(503), {{"address", Verdict::unknown}, unsent}, ""},
      {failure(FailurePhase::bad_url, false), {{"address", Verdict::failed}}, "url"},
      {failure(FailurePhase::dns, false), {{"address", Verdict::failed}}, "url"},
      {failure(FailurePhase::connect, true), {{"address", Verdict::failed}}, "url"},
      {failure(FailurePhase::certificate, false), {{"address", Verdict::failed}}, "ca_file"},
      {failure(FailurePhase::tls, false), {{"address", Verdict::failed}}, "url"},
      {failure(FailurePhase::send, false), {{"address", Verdict::unknown}, unsent}, ""},
      {failure(FailurePhase::wait, true), {{"address", Verdict::unknown}, unsent}, ""},
  };
  auto options = options_for("https://crm.example/leads/{{ id }}");
  options.headers = {{"X-Tenant", "a"}};
  options.auth = connector::BearerAuth{LiveSecret(Secret("S3CR3T"))};
  const test::FakeClock clock(kNow);
  for (const auto& row : table) {
    Webhook webhook(options, clock);
    test::ScriptedClient client;
    client.on_send([&](const auto&) { return row.result; });
    auto testing = webhook.test(client);
    testing.start();
    while (!testing.ended()) client.run(std::chrono::milliseconds{0}, -1);
    std::vector<std::pair<std::string, Verdict>> steps;
    std::string setting;
    for (const auto& step : testing.result()) {
      steps.emplace_back(step.what, step.verdict);
      REQUIRE_FALSE(step.detail.empty());
      if (step.verdict == Verdict::failed) setting = step.setting;
    }
    INFO((steps.empty() ? "" : steps[0].first) << " " << setting);
    REQUIRE(steps == row.steps);
    REQUIRE(setting == row.setting);
    const auto& request = client.requests().front();
    REQUIRE(request.method == "OPTIONS");
    REQUIRE(request.body.empty());
    REQUIRE(request.url == "https://crm.example/leads/00000000-0000-0000-0000-000000000000");
    REQUIRE(header(request, "Authorization") == "Bearer S3CR3T");
    REQUIRE(header(request, "X-Tenant") == "a");
    REQUIRE(header(request, "webhook-id").empty());
    REQUIRE(header(request, "Idempotency-Key").empty());
    REQUIRE(header(request, "Content-Type").empty());
  }
}

TEST_CASE(
    "without a credential a test that is refused asks for one, and one that is not leaves nothing unsaid") {
  const test::FakeClock clock(kNow);
  for (const int status : {401, 204}) {
    Webhook webhook(options_for(), clock);
    test::ScriptedClient client;
    client.on_send([&](const auto&) { return answer(status); });
    auto testing = webhook.test(client);
    testing.start();
    while (!testing.ended()) client.run(std::chrono::milliseconds{0}, -1);
    const auto steps = testing.result();
    REQUIRE(steps.size() == 2);
    REQUIRE(steps[1].what == (status == 401 ? "credentials" : "lead"));
    REQUIRE(steps[1].setting == (status == 401 ? "auth" : ""));
  }
}

TEST_CASE("a test begins with the token, and ends there if none is given") {
  auto options = options_for();
  connector::OAuth2Auth oauth2;
  oauth2.token_url = "https://login.example/token";
  oauth2.client_id = "leadspool";
  oauth2.client_secret = LiveSecret(Secret("wrong"));
  oauth2.setting = "auth.client_secret";
  options.auth = oauth2;
  const test::FakeClock clock(kNow);
  for (const bool given : {true, false}) {
    Webhook webhook(options, clock);
    test::ScriptedClient client;
    client.on_send([&](const http::ClientRequest& request) {
      if (request.url != oauth2.token_url) return answer(204);
      return given ? answer(200, R"({"access_token":"t","token_type":"Bearer","expires_in":3600})")
                   : answer(401, R"({"error":"unauthorized"})");
    });
    auto testing = webhook.test(client);
    testing.start();
    while (!testing.ended()) client.run(std::chrono::milliseconds{0}, -1);
    const auto steps = testing.result();
    REQUIRE(steps[0].what == "token");
    REQUIRE(steps[0].verdict == (given ? TestStep::Verdict::passed : TestStep::Verdict::failed));
    REQUIRE(steps[0].setting == (given ? "" : "auth.client_id"));
    REQUIRE(steps.size() == (given ? 4 : 1));
  }
}
