#include "connector/webhook.h"
#include "connector/webhook_fixture.h"
#include "connector/webhook_signature.h"

using namespace leadspool;
using namespace leadspool::test::webhook;
using connector::Webhook;
using connector::WebhookOptions;
using http::FailurePhase;

TEST_CASE("several attempts of one webhook are in flight at once and end in any order") {
  const test::FakeClock clock(kNow);
  Webhook webhook({}, clock);
  test::ScriptedClient client;
  const LeadWithPayload lead = sample_lead();
  auto first = webhook.attempt(lead, client);
  auto second = webhook.attempt(lead, client);
  first.start();
  second.start();
  REQUIRE(client.in_flight() == 2);

  client.answer(1, answer(201, R"({"id":"b"})"));
  REQUIRE_FALSE(second.ended());
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(second.ended());
  REQUIRE_FALSE(first.ended());
  REQUIRE(second.result().remote_id == "b");

  client.answer(0, failure(FailurePhase::wait, true));
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(first.result().outcome == Outcome::ambiguous);
}

TEST_CASE("what a destination repeats of our secrets is kept nowhere") {
  const test::FakeClock clock(kNow);
  auto options = options_for("https://crm.example/hooks/T0/Secret-Path");
  options.url_is_secret = true;
  options.headers = {{"X-Key", "configured-key"}, {"Accept", "application/json"}};
  options.auth = connector::BasicAuth{"me", LiveSecret(Secret("pass-word-1")), "password"};
  Webhook webhook(options, clock);
  test::ScriptedClient client;
  client.on_send([](const http::ClientRequest& request) -> http::ClientResult {
    std::string shown = "refused " + request.url + " pass-word-1";
    for (const auto& each : request.headers) shown += "; " + each.name + "=" + each.value;
    const std::string credential = header(request, "Authorization");
    return answer(400, shown + "; " + credential.substr(6), {{"Via", credential}});
  });
  auto attempt = webhook.attempt(sample_lead(), client);
  attempt.start();
  while (!attempt.ended()) client.run(std::chrono::milliseconds{0}, -1);
  auto testing = webhook.test(client);
  testing.start();
  while (!testing.ended()) client.run(std::chrono::milliseconds{0}, -1);
  const AttemptOutcome outcome = attempt.result();
  std::string all = outcome.detail + outcome.cause + outcome.answer_excerpt;
  for (const auto& step : testing.result()) all += step.detail;
  INFO(all);
  for (const char* const secret : {"Secret-Path", "configured-key", "pass-word-1", "bWU6cGFzcy13b3JkLTE"}) {
    REQUIRE(all.find(secret) == std::string::npos);
  }
  REQUIRE(outcome.answer_excerpt.find("X-Key=***") != std::string::npos);
  REQUIRE(outcome.answer_excerpt.find("Accept=application/json") != std::string::npos);
}

TEST_CASE("an attempt that is given up while it waits leaves nothing behind") {
  const test::FakeClock clock(kNow);
  Webhook webhook({}, clock);
  test::ScriptedClient client;
  const LeadWithPayload lead = sample_lead();
  {
    auto attempt = webhook.attempt(lead, client);
    attempt.start();
    client.forget_all();
  }
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(client.in_flight() == 0);
}

TEST_CASE("after a 401 a secret that was changed is tried at once") {
  const test::FakeClock clock(kNow);
  const LeadWithPayload lead = sample_lead();
  const auto attempt_with = [&](const WebhookOptions& options, test::ScriptedClient& client) {
    Webhook webhook(options, clock);
    auto attempt = webhook.attempt(lead, client);
    attempt.start();
    while (!attempt.ended()) client.run(std::chrono::milliseconds{0}, -1);
    return attempt.result();
  };
  SECTION("of the credential") {
    auto options = options_for();
    options.auth = connector::BearerAuth{changing_secret("old", "new")};
    test::ScriptedClient client;
    client.on_send([](const auto& request) {
      return answer(header(request, "Authorization") == "Bearer new" ? 201 : 401);
    });
    REQUIRE(attempt_with(options, client).outcome == Outcome::delivered);
    REQUIRE(client.requests().size() == 2);
  }
  SECTION("of the signature, over the same body") {
    auto options = options_for();
    options.signing_secret = changing_secret("old", "new");
    test::ScriptedClient client;
    client.on_send([](const auto& request) {
      const auto expected = connector::webhook_signature(Secret("new"), header(request, "webhook-id"),
                                                         to_unix_ms(kNow) / 1000, request.body);
      return answer(header(request, "webhook-signature") == expected ? 201 : 401);
    });
    REQUIRE(attempt_with(options, client).outcome == Outcome::delivered);
    REQUIRE(client.requests().size() == 2);
  }
  SECTION("one that stays is not tried again, and the message names the setting") {
    auto options = options_for();
    options.auth = connector::BearerAuth{changing_secret("old", "old")};
    options.signing_secret = changing_secret("same", "same");
    test::ScriptedClient client;
    client.on_send([](const auto&) { return answer(401, R"({"message":"no"})"); });
    const auto outcome = attempt_with(options, client);
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(outcome.detail == "the CRM answered 401: no; look at `token`");
    REQUIRE(client.requests().size() == 1);
  }
  SECTION("one that is no key any more stays as it was") {
    auto options = options_for();
    options.signing_secret = changing_secret("old", "whsec_!");
    test::ScriptedClient client;
    client.on_send([](const auto&) { return answer(401); });
    REQUIRE(attempt_with(options, client).outcome == Outcome::misconfigured);
    REQUIRE(client.requests().size() == 1);
  }
}

TEST_CASE("without a token nothing is sent, and the attempt tells why") {
  auto options = options_for();
  connector::OAuth2Auth oauth2;
  oauth2.token_url = "https://login.example/token";
  oauth2.client_secret = LiveSecret(Secret("wrong"));
  options.auth = oauth2;
  options.on_ambiguous = WebhookOptions::OnAmbiguous::bury;
  const test::FakeClock clock(kNow);
  Webhook webhook(options, clock);
  test::ScriptedClient client;
  client.on_send([](const auto&) { return failure(FailurePhase::wait, true); });
  const LeadWithPayload lead = sample_lead();
  auto attempt = webhook.attempt(lead, client);
  attempt.start();
  while (!attempt.ended()) client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(attempt.result().outcome == Outcome::unavailable);
  REQUIRE(client.requests().size() == 1);
}
