#include <string>

#include "connector/auth.h"
#include "connector/test_steps.h"
#include "support/catch.h"

using namespace leadspool;
using connector::classify_token_answer;
using connector::OAuth2Auth;
using http::ClientAnswer;
using http::ClientFailure;
using http::FailurePhase;

namespace {

const Time kNow = *from_rfc3339("2026-11-21T09:30:00Z");
constexpr std::string_view kWhere = "Azure portal > App registrations > (the app) > Certificates & secrets";

OAuth2Auth options() {
  OAuth2Auth made;
  made.token_url = "https://login.example/token";
  made.client_id = "app";
  made.client_secret = LiveSecret(Secret("s3cr+t"));
  made.where_secrets_are = kWhere;
  return made;
}

ClientAnswer answer(int status, std::string body, std::vector<http::Header> headers = {}) {
  ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

std::string refusal(const std::string& error, const std::string& description) {
  return R"({"error":")" + error + R"(","error_description":")" + description + "\"}";
}

AttemptOutcome classify(const http::ClientResult& result) {
  return classify_token_answer(result, options(), kNow);
}

}  // namespace

TEST_CASE("each refusal of a token names the setting, or passes") {
  struct Row {
    int status;
    std::string error;
    std::string description;
    std::string setting;  // empty: unavailable
    std::string means;
  };
  const Row table[] = {
      // Microsoft Entra ID
      {401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", "client_secret",
       "the client secret is wrong"},
      {401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.", "client_secret",
       "the client secret has expired"},
      {401, "invalid_client", "AADSTS7000216: client_secret is required.", "client_secret",
       "the client secret is missing"},
      {401, "invalid_client", "AADSTS7000218: The request body must contain client_secret.", "client_secret",
       "the client secret is missing"},
      {400, "unauthorized_client", "AADSTS700016: Application not found in the directory.", "client_id",
       "the application is not known in this tenant"},
      {401, "invalid_client", "AADSTS7000229: The client application is missing service principal.",
       "client_id", "the application has no service principal in this tenant"},
      {400, "unauthorized_client", "AADSTS7000112: Application is disabled.", "client_id",
       "the application is disabled"},
      {400, "access_denied", "AADSTS53003: Access has been blocked by Conditional Access policies.",
       "client_id", "a Conditional Access policy blocks the application"},
      {400, "invalid_request", "AADSTS90002: Tenant not found.", "tenant_id", "the tenant is not known"},
      {400, "invalid_request", "AADSTS900023: Specified tenant identifier is neither a valid DNS name.",
       "tenant_id", "the tenant's id is neither an id nor a domain"},
      {400, "invalid_request", "AADSTS900021: Requested tenant identifier is not valid.", "tenant_id",
       "the tenant's id is not one"},
      {400, "invalid_request", "AADSTS90038: Tenant belongs to another national cloud.", "token_url",
       "the tenant belongs to another national cloud"},
      {400, "invalid_resource", "AADSTS500011: The resource principal was not found.", "url",
       "the environment is not known in this tenant"},
      {400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.", "url",
       "the scope is not one"},
      {400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.", "url",
       "the scope is not one"},
      {400, "invalid_request", "AADSTS90033: A transient error has occurred.", "",
       "the sign-in service is not available for the moment"},
      {429, "temporarily_unavailable", "AADSTS90055: Too many requests.", "", "the tenant is throttled"},
      {400, "invalid_grant", "AADSTS50196: The server terminated an operation: request loop.", "",
       "the sign-in service saw too many requests of this application"},
      // Salesforce
      {400, "invalid_grant", "no client credentials user enabled", "client_id",
       "the app has no user to run as"},
      {400, "invalid_grant", "request not supported on this domain", "url",
       "this host issues no such tokens"},
      {400, "invalid_client_id", "client identifier invalid", "client_id", "the client id is wrong"},
      {400, "invalid_client", "invalid client credentials", "client_secret",
       "the client id or the client secret is wrong"},
      {400, "invalid_app_access", "user is not admin approved to access this app", "client_id",
       "the user that the app runs as is not allowed to use it"},
      {400, "unknown_error", "retry your request", "", "the token endpoint is not available for the moment"},
      {429, "invalid_grant", "login rate exceeded", "", "too many tokens were asked for"},
      {400, "inactive_user", "user is inactive", "client_id", "the user that the app runs as is inactive"},
      {400, "inactive_org", "organization is locked", "url", "the organisation is locked or closed"},
      // Marketo
      {401, "invalid_client", "Bad client credentials", "client_secret",
       "the client id or the client secret is wrong"},
      {401, "unauthorized", "No client with requested id: app", "client_id", "the client id is not known"},
      // RFC 6749
      {400, "invalid_request", "something is missing", "token_url", "it does not take such a request"},
      {400, "invalid_grant", "no", "client_secret", "the credentials were refused"},
      {400, "unauthorized_client", "no", "client_id", "the app may not use the client credentials flow"},
      {400, "unsupported_grant_type", "grant type not supported", "token_url",
       "it knows no client credentials"},
      {400, "invalid_scope", "no", "scope", "the scope is not one"},
      {503, "temporarily_unavailable", "busy", "", "the token endpoint is not available for the moment"},
      {500, "server_error", "oops", "", "the token endpoint has failed"},
      // No code that we know
      {400, "weird", "no idea", "client_secret", "the credentials were refused"},
      {403, "", "", "client_secret", "the credentials were refused"},
      {404, "", "", "token_url", "this is no token endpoint"},
      {302, "", "", "token_url", "this is no token endpoint"},
      {429, "", "", "", "the token endpoint is busy"},
      {500, "", "", "", "the token endpoint has failed"},
      {502, "", "", "", "the token endpoint has failed"},
      {504, "", "", "", "the token endpoint has failed"},
  };
  for (const auto& row : table) {
    INFO(row.status << " " << row.error << " " << row.description);
    const auto outcome = classify(answer(row.status, refusal(row.error, row.description)));
    const bool passes = row.setting.empty();
    REQUIRE(outcome.outcome == (passes ? Outcome::unavailable : Outcome::misconfigured));
    REQUIRE(connector::setting_named_in(outcome.detail) == row.setting);
    REQUIRE(connector::setting_named_in(outcome.cause) == row.setting);
    REQUIRE(outcome.concerns_every_lead == !passes);
    REQUIRE_FALSE(outcome.counts_against_budget);
    REQUIRE_FALSE(outcome.may_be_the_leads_own);
    REQUIRE(outcome.cause.starts_with("no token: " + row.means));
    REQUIRE(outcome.detail.starts_with("no token: " + row.means));
    REQUIRE(outcome.http_status == row.status);
    REQUIRE(outcome.answer_excerpt.empty());
  }
}

TEST_CASE("an expired secret tells where a new one is made") {
  const auto outcome = classify(answer(401, refusal("invalid_client", "AADSTS7000222: expired")));
  REQUIRE(outcome.detail ==
          "no token: the client secret has expired: make a new one (" + std::string(kWhere) +
              ") and put it where `client_secret` points to (the token endpoint answered 401: "
              "AADSTS7000222: expired)");
  REQUIRE(outcome.cause == "no token: the client secret has expired: make a new one (" + std::string(kWhere) +
                               ") and put it where `client_secret` points to");
}

TEST_CASE("without a place to point to the advice has no gap") {
  auto nowhere = options();
  nowhere.where_secrets_are.clear();
  const auto outcome = classify_token_answer(answer(401, refusal("invalid_client", "no")), nowhere, kNow);
  REQUIRE(outcome.detail ==
          "no token: the client id or the client secret is wrong: look at `client_secret` and `client_id` "
          "(the token "
          "endpoint answered 401: no)");
}

TEST_CASE("pages of HTML and answers without a token are no token endpoint's") {
  for (const auto* body : {"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "{}", ""}) {
    const auto outcome = classify(answer(200, body));
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(connector::setting_named_in(outcome.detail) == "token_url");
  }
  auto cut_off = answer(200, R"({"access_token":"abc)");
  cut_off.complete = false;
  REQUIRE(classify(cut_off).outcome == Outcome::unavailable);
  REQUIRE(classify(cut_off).detail.find("abc") == std::string::npos);
}

TEST_CASE("the endpoint's wish to wait is heeded") {
  const auto outcome =
      classify(answer(429, refusal("temporarily_unavailable", "AADSTS90055"), {{"Retry-After", "17"}}));
  REQUIRE(outcome.retry_after == Milliseconds{17'000});
}

TEST_CASE("a token that could not be asked for is the endpoint's trouble, whatever was sent") {
  for (const auto phase : {FailurePhase::dns, FailurePhase::connect, FailurePhase::tls, FailurePhase::send,
                           FailurePhase::wait}) {
    for (const bool timed_out : {false, true}) {
      const auto outcome =
          classify(ClientFailure{.phase = phase, .timed_out = timed_out, .detail = "it broke"});
      REQUIRE(outcome.outcome == Outcome::unavailable);
      REQUIRE_FALSE(outcome.counts_against_budget);
      REQUIRE(outcome.timed_out == timed_out);
      REQUIRE(outcome.detail == "no token from `token_url`: it broke");
      REQUIRE(outcome.cause.starts_with("no token: "));
    }
  }
  for (const auto phase : {FailurePhase::bad_url, FailurePhase::certificate}) {
    const auto outcome = classify(ClientFailure{.phase = phase, .timed_out = false, .detail = "no"});
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(outcome.concerns_every_lead);
    REQUIRE(connector::setting_named_in(outcome.detail) ==
            (phase == FailurePhase::certificate ? "ca_file" : "token_url"));
  }
}

TEST_CASE("the settings are called what the configuration calls them") {
  auto elsewhere = options();
  elsewhere.setting = "auth.client_secret";
  elsewhere.address_setting = "url";
  const auto named = [&](const http::ClientResult& result) {
    return connector::setting_named_in(classify_token_answer(result, elsewhere, kNow).detail);
  };
  REQUIRE(named(answer(401, refusal("invalid_client", "no"))) == "auth.client_secret");
  REQUIRE(named(answer(401, refusal("unauthorized", "no"))) == "auth.client_id");
  REQUIRE(named(answer(400, refusal("invalid_scope", "no"))) == "auth.scope");
  REQUIRE(named(answer(404, "")) == "url");
  REQUIRE(named(ClientFailure{.phase = FailurePhase::dns, .timed_out = false, .detail = "no"}) == "url");
}

TEST_CASE("neither cause nor detail repeats the secret that the endpoint repeats") {
  for (const std::string secret : {"s3cr+t", "s3cr%2Bt", "Basic YXBwOnMzY3IlMkJ0"}) {
    const auto outcome = classify(answer(400, refusal("weird", "you sent " + secret + " here")));
    REQUIRE(outcome.detail.find(secret) == std::string::npos);
    REQUIRE(outcome.cause.find(secret) == std::string::npos);
    REQUIRE(outcome.answer_excerpt.empty());
    REQUIRE(outcome.detail.find("you sent *** here") != std::string::npos);
  }
}

TEST_CASE("the words of a status that is none of HTTP's are not repeated") {
  const auto outcome = classify(answer(999, refusal("weird", "words")));
  REQUIRE(outcome.http_status == 0);
  REQUIRE(outcome.outcome == Outcome::misconfigured);
  REQUIRE(outcome.detail.find("words") == std::string::npos);
}

TEST_CASE("the setting that a message names first is found") {
  REQUIRE(connector::setting_named_in("look at `client_id` or `url`") == "client_id");
  REQUIRE(connector::setting_named_in("nothing").empty());
  REQUIRE(connector::setting_named_in("an open `quote").empty());
}
