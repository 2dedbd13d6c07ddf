#include "connector/webhook.h"

#include <set>

#include <nlohmann/json.hpp>

#include "connector/webhook_signature.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"

using namespace leadspool;
using connector::classify_webhook;
using connector::Webhook;
using connector::WebhookOptions;
using http::ClientAnswer;
using http::ClientFailure;
using http::FailurePhase;

namespace {

const Time kNow = *from_rfc3339("2026-11-21T09:30:00Z");

AttemptOutcome classify(const http::ClientResult& result, const WebhookOptions& options = {},
                        const LeadFields& lead = {}) {
  return classify_webhook(result, options, lead, kNow);
}

ClientAnswer answer(int status, std::string body = "", std::vector<http::Header> headers = {}) {
  ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

ClientFailure failure(FailurePhase phase, bool timed_out) {
  ClientFailure made;
  made.phase = phase;
  made.timed_out = timed_out;
  made.detail = "could not reach 127.0.0.1 port 9000";
  return made;
}

Lead sample_lead() {
  Lead lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = kNow;
  lead.source = "marketplace";
  lead.fields.last_name = "One";
  return lead;
}

// The request that one attempt makes.
http::ClientRequest sent_request(WebhookOptions options) {
  const test::FakeClock clock(kNow);
  Webhook webhook(std::move(options), clock);
  test::ScriptedClient client;
  const Lead lead = sample_lead();
  auto attempt = webhook.attempt(lead, client);
  attempt.start();
  REQUIRE(client.requests().size() == 1);
  http::ClientRequest request = client.requests().front();
  client.answer(0, answer(200));
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(attempt.ended());
  return request;
}

std::string header(const http::ClientRequest& request, std::string_view name) {
  return std::string(http::find_header(request.headers, name));
}

std::size_t count_headers(const http::ClientRequest& request, std::string_view name) {
  std::size_t count = 0;
  for (const auto& each : request.headers) count += each.name == name ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("every status has its outcome") {
  struct Row {
    int status;
    Outcome outcome;
    bool counted;
  };
  const Row table[] = {
      {200, Outcome::delivered, false},     {201, Outcome::delivered, false},
      {204, Outcome::delivered, false},     {299, Outcome::delivered, false},
      {301, Outcome::misconfigured, false}, {307, Outcome::misconfigured, false},
      {400, Outcome::rejected, false},      {401, Outcome::misconfigured, false},
      {402, Outcome::misconfigured, false}, {403, Outcome::misconfigured, false},
      {404, Outcome::misconfigured, false}, {405, Outcome::misconfigured, false},
      {406, Outcome::rejected, false},      {407, Outcome::misconfigured, false},
      {408, Outcome::unavailable, false},   {409, Outcome::rejected, false},
      {410, Outcome::misconfigured, false}, {411, Outcome::rejected, false},
      {413, Outcome::rejected, false},      {415, Outcome::rejected, false},
      {418, Outcome::rejected, false},      {422, Outcome::rejected, false},
      {429, Outcome::unavailable, false},   {499, Outcome::rejected, false},
      {500, Outcome::unavailable, true},    {501, Outcome::unavailable, false},
      {502, Outcome::unavailable, true},    {503, Outcome::unavailable, false},
      {504, Outcome::unavailable, true},    {599, Outcome::unavailable, false},
      {100, Outcome::misconfigured, false},
  };
  for (const auto& [status, outcome, counted] : table) {
    INFO(status);
    const auto result = classify(answer(status));
    REQUIRE(result.outcome == outcome);
    REQUIRE(result.counts_against_budget == counted);
    REQUIRE(result.http_status == status);
    REQUIRE(result.cause.empty() == (outcome == Outcome::delivered));
    REQUIRE(result.detail == "the CRM answered " + std::to_string(status));
  }
}

TEST_CASE("a status that HTTP does not know is not stored as one, and what came with it is not repeated") {
  for (const int status : {0, 99, 600, 999}) {
    INFO(status);
    const auto result =
        classify(answer(status, R"({"message":"Mia Chen is known"})"), {}, {.first_name = "Mia"});
    REQUIRE(result.outcome == Outcome::misconfigured);
    REQUIRE(result.http_status == 0);
    REQUIRE(result.detail == "the CRM answered " + std::to_string(status));
    REQUIRE(result.cause == "HTTP " + std::to_string(status) + ": <value> Chen is known");
    REQUIRE(result.answer_excerpt == R"({"message":"Mia Chen is known"})");
  }
}

TEST_CASE(
    "of all that every lead would be told only a 403 may be about one, and only 409 and 422 show access") {
  for (int status = 100; status <= 599; ++status) {
    INFO(status);
    const auto result = classify(answer(status));
    REQUIRE(result.may_be_the_leads_own == (status == 403));
    REQUIRE(result.shows_access == (status == 409 || status == 422));
  }
  for (const auto phase : {FailurePhase::bad_url, FailurePhase::certificate}) {
    REQUIRE_FALSE(classify(failure(phase, false)).may_be_the_leads_own);
  }
}

TEST_CASE("what is a success can be told") {
  WebhookOptions options;
  options.success = {{200, 200}, {409, 409}};
  REQUIRE(classify(answer(200), options).outcome == Outcome::delivered);
  REQUIRE(classify(answer(409), options).outcome == Outcome::delivered);
  REQUIRE(classify(answer(202), options).outcome == Outcome::misconfigured);
  REQUIRE(classify(answer(422), options).outcome == Outcome::rejected);
}

TEST_CASE("every way of getting no answer has its outcome") {
  struct Row {
    FailurePhase phase;
    Outcome outcome;
    bool counted;
  };
  const Row table[] = {
      {FailurePhase::bad_url, Outcome::misconfigured, false},
      {FailurePhase::dns, Outcome::unavailable, false},
      {FailurePhase::connect, Outcome::unavailable, false},
      {FailurePhase::certificate, Outcome::misconfigured, false},
      {FailurePhase::tls, Outcome::unavailable, false},
      {FailurePhase::send, Outcome::ambiguous, true},
      {FailurePhase::wait, Outcome::ambiguous, true},
  };
  for (const auto& [phase, outcome, counted] : table) {
    for (const bool timed_out : {false, true}) {
      INFO(static_cast<int>(phase) << (timed_out ? " timed out" : ""));
      const auto result = classify(failure(phase, timed_out));
      REQUIRE(result.timed_out == timed_out);
      REQUIRE(result.outcome == outcome);
      REQUIRE(result.counts_against_budget == counted);
      REQUIRE(result.safe_to_repeat);
      REQUIRE(result.http_status == 0);
      REQUIRE(result.detail == "could not reach 127.0.0.1 port 9000");
      REQUIRE_FALSE(result.cause.empty());
      REQUIRE(result.cause.find("127") == std::string::npos);
      REQUIRE_FALSE(result.retry_after.has_value());
    }
  }
}

TEST_CASE("Retry-After is heeded where waiting helps") {
  for (const int status : {408, 429, 500, 503}) {
    REQUIRE(classify(answer(status, "", {{"retry-after", "120"}})).retry_after == Milliseconds{120'000});
  }
  REQUIRE(classify(answer(503, "", {{"Retry-After", "Sat, 21 Nov 2026 09:31:00 GMT"}})).retry_after ==
          Milliseconds{60'000});
  REQUIRE_FALSE(classify(answer(429, "", {{"Retry-After", "-5"}})).retry_after.has_value());
  REQUIRE_FALSE(classify(answer(422, "", {{"Retry-After", "120"}})).retry_after.has_value());
}

TEST_CASE("a refusal tells the CRM's words and names the field") {
  const auto result =
      classify(answer(422, R"({"error":{"message":"last_name: 'X9' is\ntoo short","field":"last_name"}})"));
  REQUIRE(result.outcome == Outcome::rejected);
  REQUIRE(result.detail == "the CRM answered 422: last_name: 'X9' is too short");
  REQUIRE(result.cause == "HTTP 422: last_name: <value> is too short");
  REQUIRE(classify(answer(400, R"({"message":"bad value","field":"email"})")).cause ==
          "HTTP 400: bad value (field email)");
  REQUIRE(classify(answer(503, R"({"message":"busy","field":"email"})")).cause == "HTTP 503: busy");
}

TEST_CASE("the detail of an attempt keeps a lead's values, its cause does not") {
  const auto result = classify(answer(422, R"({"message":"Zoe Smith is known"})"), {},
                               {.first_name = "Zoe", .last_name = "Smith"});
  REQUIRE(result.detail == "the CRM answered 422: Zoe Smith is known");
  REQUIRE(result.cause == "HTTP 422: <value> is known");
}

TEST_CASE("an answer that did not end is told as such") {
  auto cut_off = answer(422);
  cut_off.complete = false;
  cut_off.incomplete_because = "the connection broke before the end of the answer";
  REQUIRE(classify(cut_off).detail ==
          "the CRM answered 422, but the connection broke before the end of the answer");
}

TEST_CASE("time that ran out at different points has different causes") {
  std::set<std::string> causes;
  for (const auto phase : {FailurePhase::dns, FailurePhase::connect, FailurePhase::tls, FailurePhase::send,
                           FailurePhase::wait}) {
    causes.insert(classify(failure(phase, true)).cause);
    causes.insert(classify(failure(phase, false)).cause);
  }
  REQUIRE(causes.size() == 10);
}

TEST_CASE("a success tells the CRM's record id, and keeps the start of the answer") {
  const auto result = classify(answer(201, R"({"id":4711,"message":"created"})"));
  REQUIRE(result.remote_id == "4711");
  REQUIRE(result.answer_excerpt == R"({"id":4711,"message":"created"})");
  REQUIRE(classify(answer(422, R"({"id":"x"})")).remote_id.empty());

  auto cut_off = answer(200, R"({"id":47)");
  cut_off.complete = false;
  REQUIRE(classify(cut_off).outcome == Outcome::delivered);
  REQUIRE(classify(cut_off).remote_id.empty());
}

TEST_CASE("a request carries the lead under its own id") {
  WebhookOptions options;
  options.url = "https://crm.example/leads";
  options.method = "PUT";
  options.ca_file = "/etc/ca.pem";
  options.connect_timeout = std::chrono::milliseconds{1'234};
  options.total_timeout = std::chrono::milliseconds{5'678};
  options.headers = {{"X-Tenant", "a"}, {"X-Tenant", "b"}, {"idempotency-key", "mine"}};
  const auto request = sent_request(options);

  REQUIRE(request.method == "PUT");
  REQUIRE(request.url == "https://crm.example/leads");
  REQUIRE(request.ca_file == "/etc/ca.pem");
  REQUIRE(request.connect_timeout == std::chrono::milliseconds{1'234});
  REQUIRE(request.total_timeout == std::chrono::milliseconds{5'678});
  REQUIRE(header(request, "Content-Type") == "application/json");
  REQUIRE(header(request, "webhook-id") == "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  REQUIRE(header(request, "Idempotency-Key") == "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  REQUIRE(header(request, "webhook-timestamp") == std::to_string(to_unix_ms(kNow) / 1000));
  REQUIRE(header(request, "webhook-signature").empty());
  REQUIRE(count_headers(request, "X-Tenant") == 2);
  REQUIRE(count_headers(request, "idempotency-key") == 0);
  REQUIRE(nlohmann::json::parse(request.body)["last_name"] == "One");
}

TEST_CASE("the operator's Content-Type takes the place of ours") {
  WebhookOptions options;
  options.headers = {{"content-type", "application/vnd.api+json"}};
  const auto request = sent_request(options);
  REQUIRE(count_headers(request, "Content-Type") == 0);
  REQUIRE(header(request, "Content-Type") == "application/vnd.api+json");
}

TEST_CASE("a request is signed when there is a secret, over the very body that is sent") {
  WebhookOptions options;
  options.signing_secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  const auto request = sent_request(options);
  REQUIRE(header(request, "webhook-signature") ==
          connector::webhook_signature(*connector::signing_key(options.signing_secret),
                                       "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", to_unix_ms(kNow) / 1000,
                                       request.body));

  options.signing_secret = Secret("whsec_!");
  const test::FakeClock clock(kNow);
  REQUIRE_THROWS_AS(Webhook(options, clock), std::invalid_argument);
}

TEST_CASE("several attempts of one webhook are in flight at once and end in any order") {
  const test::FakeClock clock(kNow);
  Webhook webhook({}, clock);
  test::ScriptedClient client;
  const Lead lead = sample_lead();
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

TEST_CASE("an attempt that is given up while it waits leaves nothing behind") {
  const test::FakeClock clock(kNow);
  Webhook webhook({}, clock);
  test::ScriptedClient client;
  const Lead lead = sample_lead();
  {
    auto attempt = webhook.attempt(lead, client);
    attempt.start();
    client.forget_all();
  }
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(client.in_flight() == 0);
}
