#include "connector/webhook.h"

#include <set>

#include "connector/webhook_fixture.h"

using namespace leadspool;
using namespace leadspool::test::webhook;
using connector::classify_webhook;
using connector::WebhookOptions;
using http::ClientAnswer;
using http::ClientFailure;
using http::FailurePhase;

namespace {

AttemptOutcome classify(const http::ClientResult& result, const WebhookOptions& options = {},
                        const LeadFields& lead = {}) {
  return classify_webhook(result, options, lead, kNow);
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

TEST_CASE("an answer is told alike, whether its status or the settings make it no success") {
  WebhookOptions options;
  options.success = {{201, 201}, {409, 409}};
  const auto refused =
      classify(answer(200, R"({"message":"Zoe is queued","id":5})"), options, {.first_name = "Zoe"});
  REQUIRE(refused.outcome == Outcome::misconfigured);
  REQUIRE(refused.detail == "the CRM answered 200: Zoe is queued");
  REQUIRE(refused.cause == "HTTP 200: <value> is queued");
  REQUIRE(refused.remote_id.empty());
  REQUIRE_FALSE(refused.concerns_every_lead);

  const auto taken = classify(answer(409, R"({"message":"known","id":5})"), options);
  REQUIRE(taken.outcome == Outcome::delivered);
  REQUIRE(taken.remote_id == "5");
  REQUIRE(taken.cause.empty());
  REQUIRE_FALSE(taken.shows_access);
}

TEST_CASE("the record's id is where the settings say") {
  struct Row {
    std::string_view pointer;
    std::string_view body;
    std::string_view id;
  };
  const Row table[] = {
      {"", R"({"id":"a"})", "a"},
      {"/data/0/id", R"({"id":"a","data":[{"id":"b"}]})", "b"},
      {"/data/0/id", R"({"id":"a","data":[]})", ""},
      {"/data/0/id", R"({"id":"a","data":{"0":{"id":7}}})", "7"},
      {"/data/-/id", R"({"data":[{"id":"b"}]})", ""},
      {"/data/x", R"({"data":[1]})", ""},
      {"/data/99999999999999999999", R"({"data":[1]})", ""},
      {"/a~1b/c~0d", R"({"a/b":{"c~d":1.5}})", "1.5"},
      {"/id", R"({"id":{"x":1}})", ""},
      {"/id", R"({"id":null})", ""},
      {"/id", R"({"id":"two\nlines\u0007 "})", "two lines"},
      {"/id", "no json", ""},
      {"/id", "", ""},
      {"/0", R"(["first"])", "first"},
  };
  for (const auto& [pointer, body, id] : table) {
    INFO(pointer << " in " << body);
    WebhookOptions options;
    options.remote_id_pointer = pointer;
    REQUIRE(classify(answer(201, std::string(body)), options).remote_id == id);
  }
}

TEST_CASE("what was sent without an answer is repeated, unless the settings forbid it") {
  WebhookOptions options;
  options.on_ambiguous = WebhookOptions::OnAmbiguous::bury;
  const auto sent = classify(failure(FailurePhase::wait, true), options);
  REQUIRE(sent.outcome == Outcome::ambiguous);
  REQUIRE_FALSE(sent.safe_to_repeat);
  REQUIRE(classify(failure(FailurePhase::connect, true), options).outcome == Outcome::unavailable);
  REQUIRE(classify(failure(FailurePhase::wait, true)).safe_to_repeat);
}

TEST_CASE("a record that an error may hide is not repeated where the settings forbid it") {
  WebhookOptions options;
  options.on_ambiguous = WebhookOptions::OnAmbiguous::bury;
  for (const int status : {500, 502, 504}) {
    INFO(status);
    const auto hidden = classify(answer(status, R"({"message":"out of order"})"), options);
    REQUIRE(hidden.outcome == Outcome::ambiguous);
    REQUIRE_FALSE(hidden.safe_to_repeat);
    REQUIRE(hidden.cause == "HTTP " + std::to_string(status) + ": out of order");
    REQUIRE(classify(answer(status)).outcome == Outcome::unavailable);
  }
  for (const int status : {429, 503}) {
    REQUIRE(classify(answer(status), options).outcome == Outcome::unavailable);
  }
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
      const bool is_certificate = phase == FailurePhase::certificate;
      REQUIRE(result.detail.starts_with("could not reach 127.0.0.1 port 9000"));
      REQUIRE((result.detail.find("`ca_file`") != std::string::npos) == is_certificate);
      REQUIRE((result.cause.find("`ca_file`") != std::string::npos) == is_certificate);
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
