#include "connector/outcomes.h"

#include "connector/crm_options.h"
#include "support/catch.h"

using namespace leadspool;
using connector::CrmAnswer;
using connector::Rendered;
using http::ClientAnswer;
using http::ClientFailure;

namespace {

const Time kNow = *from_rfc3339("2026-11-21T09:30:00Z");

ClientAnswer answer(int status, std::string body = "") {
  ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  made.headers = {{"Retry-After", "7"}};
  return made;
}

AttemptOutcome outcome(int status, const CrmAnswer& read = {}, const LeadFields& lead = {}) {
  return connector::outcome_of(answer(status), read, lead, kNow);
}

}  // namespace

TEST_CASE("an answer is told in the words, the field and the id that were read") {
  const CrmAnswer read{.words = "Mia is too short", .field = "lastname", .remote_id = "4711"};
  const auto rejected = outcome(400, read, {.first_name = "Mia"});
  REQUIRE(rejected.outcome == Outcome::rejected);
  REQUIRE(rejected.detail == "the CRM answered 400: Mia is too short");
  REQUIRE(rejected.cause == "HTTP 400: <value> is too short (field lastname)");
  REQUIRE(rejected.remote_id.empty());
  REQUIRE_FALSE(rejected.retry_after);

  const auto unavailable = outcome(503, read);
  REQUIRE(unavailable.cause == "HTTP 503: Mia is too short");
  REQUIRE(unavailable.retry_after == Milliseconds{7'000});

  const auto delivered = outcome(201, read);
  REQUIRE(delivered.outcome == Outcome::delivered);
  REQUIRE(delivered.remote_id == "4711");
  REQUIRE(delivered.cause.empty());
  REQUIRE(delivered.detail == "the CRM answered 201");
}

TEST_CASE("an outcome that is turned into another has nothing of the first") {
  struct Row {
    int status;
    Outcome into;
    bool counted;
    bool access;
    bool waits;
    std::string_view remote_id;
    std::string_view cause;
  };
  const Row table[] = {
      {500, Outcome::rejected, false, true, false, "", "HTTP 500: no"},
      {429, Outcome::rejected, false, true, false, "", "HTTP 429: no"},
      {403, Outcome::unavailable, false, false, false, "", "HTTP 403: no"},
      {503, Outcome::unavailable, false, false, true, "", "HTTP 503: no"},
      {500, Outcome::misconfigured, false, false, false, "", "HTTP 500: no"},
      {403, Outcome::misconfigured, false, false, false, "", "HTTP 403: no"},
      {200, Outcome::misconfigured, false, false, false, "", "HTTP 200"},
      {200, Outcome::rejected, false, true, false, "", "HTTP 200"},
      {409, Outcome::delivered, false, false, false, "", ""},
      {503, Outcome::delivered, false, false, false, "", ""},
      {200, Outcome::delivered, false, false, false, "4711", ""},
      {200, Outcome::ambiguous, true, false, false, "", "HTTP 200"},
  };
  for (const auto& [status, into, counted, access, waits, remote_id, cause] : table) {
    INFO(status << " into " << to_string(into));
    auto changed = outcome(status, {.words = "no", .field = "", .remote_id = "4711"});
    connector::turn_into(into, changed);
    REQUIRE(changed.outcome == into);
    REQUIRE(changed.counts_against_budget == counted);
    REQUIRE(changed.shows_access == access);
    REQUIRE(changed.retry_after.has_value() == waits);
    REQUIRE(changed.remote_id == remote_id);
    REQUIRE(changed.cause == cause);
    REQUIRE_FALSE(changed.may_be_the_leads_own);
    REQUIRE_FALSE(changed.concerns_every_lead);
    REQUIRE(changed.http_status == status);
  }
}

TEST_CASE("what may have made a record without telling is not repeated where that is forbidden") {
  for (const int status : {500, 502, 504}) {
    auto hidden = outcome(status);
    connector::forbid_repeating(hidden);
    REQUIRE(hidden.outcome == Outcome::ambiguous);
    REQUIRE_FALSE(hidden.safe_to_repeat);
  }
  auto unanswered = connector::outcome_of(ClientFailure{.phase = http::FailurePhase::wait});
  connector::forbid_repeating(unanswered);
  REQUIRE_FALSE(unanswered.safe_to_repeat);
  for (const int status : {200, 400, 403, 408, 429, 503}) {
    INFO(status);
    auto plain = outcome(status);
    connector::forbid_repeating(plain);
    REQUIRE(plain.outcome == outcome(status).outcome);
    REQUIRE(plain.safe_to_repeat);
  }
}

TEST_CASE("what a CRM may be at work on still is waited for") {
  constexpr Milliseconds kLongest{60'000};
  const auto waits = [&](AttemptOutcome changed) {
    connector::wait_for_its_end(kLongest, changed);
    return changed.retry_after;
  };
  REQUIRE(waits(connector::outcome_of(ClientFailure{.phase = http::FailurePhase::wait, .timed_out = true})) ==
          kLongest);
  REQUIRE(waits(outcome(504)) == kLongest);
  REQUIRE(waits(outcome(503)) == Milliseconds{7'000});
  REQUIRE_FALSE(waits(connector::outcome_of(ClientFailure{.phase = http::FailurePhase::wait})));
  REQUIRE_FALSE(
      waits(connector::outcome_of(ClientFailure{.phase = http::FailurePhase::dns, .timed_out = true})));
}

TEST_CASE("a lead without a required column is rejected, naming it") {
  const auto one = connector::missing_column({.json = "{}", .cuts = {}, .missing = {"lastname"}});
  REQUIRE(one.outcome == Outcome::rejected);
  REQUIRE(one.cause == "no value for the required column lastname");
  REQUIRE(one.detail == "not sent: no value for the required column lastname");
  REQUIRE_FALSE(one.shows_access);
  REQUIRE(one.http_status == 0);
  REQUIRE(connector::missing_column({.json = "{}", .cuts = {}, .missing = {"b", "a"}}).cause ==
          "no values for the required columns b, a");
}

TEST_CASE("cuts are told at the end of what happened") {
  auto delivered = outcome(201);
  connector::add_cuts({}, delivered);
  REQUIRE(delivered.detail == "the CRM answered 201");
  connector::add_cuts({{"jobtitle", 240, 100}, {"a.b", 5, 4}}, delivered);
  REQUIRE(delivered.detail ==
          "the CRM answered 201; jobtitle was cut from 240 to 100 characters; a.b was cut from 5 to 4 "
          "characters");
  AttemptOutcome silent;
  connector::add_cuts({{"t", 2, 1}}, silent);
  REQUIRE(silent.detail == "t was cut from 2 to 1 characters");
}

TEST_CASE("a request to a CRM goes below its URL, and is JSON if it has a body") {
  connector::CrmOptions options;
  options.url = "https://crm.example/base";
  options.ca_file = "/etc/ca.pem";
  options.connect_timeout = std::chrono::milliseconds{12};
  options.total_timeout = std::chrono::milliseconds{34};
  const auto get = connector::crm_request(options, "GET", "/a?b=c");
  REQUIRE(get.method == "GET");
  REQUIRE(get.url == "https://crm.example/base/a?b=c");
  REQUIRE(get.headers.empty());
  REQUIRE(get.ca_file == "/etc/ca.pem");
  REQUIRE(get.connect_timeout == std::chrono::milliseconds{12});
  REQUIRE(get.total_timeout == std::chrono::milliseconds{34});
  const auto post = connector::crm_request(options, "POST", "/a", "{}");
  REQUIRE(post.body == "{}");
  REQUIRE(http::find_header(post.headers, "Content-Type") == "application/json");
}

TEST_CASE("what is put into a URL is percent-encoded") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},
      {"AZaz09-._~", "AZaz09-._~"},
      {"a b/c?d#e&f=g+h%i", "a%20b%2Fc%3Fd%23e%26f%3Dg%2Bh%25i"},
      {"ü\r\n\"'(){}", "%C3%BC%0D%0A%22%27%28%29%7B%7D"},
      {".", "%2E"},
      {"..", "%2E%2E"},
      {"...", "..."},
      {"../x", "..%2Fx"},
  };
  for (const auto& [text, encoded] : table) REQUIRE(connector::percent_encoded(text) == encoded);
}
