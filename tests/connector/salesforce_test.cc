#include "connector/salesforce.h"

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"

using namespace leadspool;
using connector::classify_salesforce;
using connector::Salesforce;
using connector::SalesforceOptions;
using connector::TestStep;
using http::ClientAnswer;
using http::ClientFailure;
using http::ClientRequest;
using http::ClientResult;
using http::FailurePhase;
using Json = nlohmann::json;

namespace {

const Time kNow = *from_rfc3339("2026-11-21T09:30:00Z");
constexpr const char* kId = "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f";
constexpr const char* kUrl = "https://contoso.my.salesforce.com";
constexpr const char* kTokenUrl = "https://contoso.my.salesforce.com/services/oauth2/token";
constexpr const char* kSaved = R"({"id":"00Q5g00000AbCdEAAX","success":true,"errors":[],"created":true})";

ClientAnswer answer(int status, std::string body = "", std::vector<http::Header> headers = {}) {
  ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

ClientAnswer error(int status, const std::string& code, const std::string& message,
                   const std::vector<std::string>& fields = {}) {
  return answer(status,
                Json::array({{{"message", message}, {"errorCode", code}, {"fields", fields}}}).dump());
}

AttemptOutcome classify(const ClientResult& result, const LeadFields& lead = {}) {
  return classify_salesforce(result, lead, kNow);
}

SalesforceOptions sample_options() {
  SalesforceOptions options;
  options.crm.url = kUrl;
  options.crm.mapping = connector::salesforce_mapping();
  options.crm.columns = connector::salesforce_columns();
  options.auth.token_url = kTokenUrl;
  options.auth.client_id = "app";
  options.auth.client_secret = LiveSecret(Secret("s3cret"));
  options.auth.style = connector::OAuth2Auth::Style::basic;
  options.external_id_field = "LeadspoolId__c";
  return options;
}

LeadWithPayload sample_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid(kId);
  lead.received_at = kNow;
  lead.fields = {.first_name = "Zoë",
                 .last_name = "Šmídová",
                 .email = "zoe@contoso.com",
                 .phone = "16175555555",
                 .country = "USA",
                 .company = "Contoso",
                 .title = "CTO",
                 .offer_title = "Analytics",
                 .lead_source = "AzureMarketplace-INS|contoso.analytics",
                 .action_code = "INS",
                 .description = "Call me"};
  return lead;
}

struct Tried {
  AttemptOutcome outcome;
  std::vector<ClientRequest> requests;
};

// What one attempt comes to, the REST API answering `result`.
Tried attempt(const SalesforceOptions& options, const LeadWithPayload& lead, const ClientResult& result) {
  const test::FakeClock clock(kNow);
  Salesforce salesforce(options, clock);
  test::ScriptedClient client;
  client.on_send([&](const ClientRequest& request) {
    return request.url == kTokenUrl ? ClientResult(answer(200, R"({"access_token":"t1"})")) : result;
  });
  auto task = salesforce.attempt(lead, client);
  task.start();
  for (int i = 0; i < 6; ++i) client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(task.ended());
  return {task.result(), client.requests()};
}

}  // namespace

TEST_CASE("Salesforce: each documented answer has its outcome") {
  enum class About { lead, every_lead, perhaps_lead, nobody };
  struct Row {
    ClientAnswer answer;
    Outcome outcome;
    About about;
    std::string told;  // in the detail
  };
  const Row table[] = {
      {answer(201, kSaved), Outcome::delivered, About::nobody, "201"},
      {answer(200, kSaved), Outcome::delivered, About::nobody, "200"},
      {answer(204, "", {{"Sforce-Limit-Info", "api-usage=25/5000"}}), Outcome::delivered, About::nobody,
       "204"},
      {answer(204), Outcome::misconfigured, About::nobody, "`url`"},
      {answer(201, "{}"), Outcome::misconfigured, About::nobody, "`url`"},
      {error(400, "FIELD_FILTER_VALIDATION_EXCEPTION", "The lookup filter does not match."),
       Outcome::rejected, About::lead, "lookup filter"},
      {error(404, "ENTITY_IS_DELETED", "entity is deleted"), Outcome::rejected, About::lead, "was deleted"},
      {answer(400, "<html><title>Bad Request</title></html>"), Outcome::misconfigured, About::perhaps_lead,
       "`url`"},
      {answer(300,
              R"(["/services/data/v61.0/sobjects/Lead/00Q1","/services/data/v61.0/sobjects/Lead/00Q2"])"),
       Outcome::rejected, About::lead, "several records have this lead's id"},
      {error(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]", {"Company"}),
       Outcome::rejected, About::lead, "Company"},
      {error(400, "STRING_TOO_LONG", "Title: data value too large: x (max length=60)", {"Title"}),
       Outcome::rejected, About::lead, "`limits`"},
      {error(400, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: x", {"Email"}), Outcome::rejected,
       About::lead, "Email"},
      {error(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "No customers of ours.", {"Company"}),
       Outcome::rejected, About::lead, "No customers of ours."},
      {error(400, "FIELD_INTEGRITY_EXCEPTION", "There's a problem with this country.", {"Country"}),
       Outcome::rejected, About::lead, "Country/Territory Picklists"},
      {error(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "bad value for restricted picklist field: x",
             {"LeadSource"}),
       Outcome::misconfigured, About::perhaps_lead, "`mapping`"},
      {error(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "LeadTrigger: execution of BeforeInsert"),
       Outcome::rejected, About::lead, "LeadTrigger"},
      {error(400, "DUPLICATES_DETECTED", "Use one of these records?"), Outcome::rejected, About::lead,
       "Duplicate Rules"},
      {error(400, "DUPLICATE_VALUE", "duplicate value found: Other__c duplicates value on record with id: 1"),
       Outcome::rejected, About::lead, "duplicate value found"},
      {error(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead"), Outcome::delivered,
       About::nobody, "400"},
      {error(400, "INVALID_FIELD", "No such column 'NoSuch__c' on sobject of type Lead"),
       Outcome::misconfigured, About::every_lead, "`mapping` or `constants`"},
      {error(400, "INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: CreatedDate.",
             {"CreatedDate"}),
       Outcome::misconfigured, About::every_lead, "Field-Level Security"},
      {error(404, "NOT_FOUND",
             "Provided external ID field does not exist or is not accessible: LeadspoolId__c"),
       Outcome::misconfigured, About::every_lead, "`external_id_field`"},
      {error(404, "NOT_FOUND", "The requested resource does not exist"), Outcome::misconfigured,
       About::every_lead, "`object`"},
      {error(400, "INVALID_TYPE", "sObject type 'Leed' is not supported."), Outcome::misconfigured,
       About::every_lead, "`object`"},
      {error(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of int from value \"x\""),
       Outcome::misconfigured, About::perhaps_lead, "`mapping`"},
      {error(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id"), Outcome::misconfigured,
       About::perhaps_lead, "`mapping`"},
      {error(400, "MALFORMED_ID", "Owner ID: id value of incorrect type: x", {"OwnerId"}),
       Outcome::misconfigured, About::perhaps_lead, "`mapping`"},
      {error(401, "INVALID_SESSION_ID", "Session expired or invalid"), Outcome::misconfigured,
       About::every_lead, "API Enabled"},
      {error(403, "INVALID_SESSION_ID", "This session is not valid for use with the REST API"),
       Outcome::misconfigured, About::every_lead, "API Enabled"},
      {error(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"),
       Outcome::misconfigured, About::every_lead, "`client_id`"},
      {error(403, "INSUFFICIENT_ACCESS", "insufficient access"), Outcome::misconfigured, About::perhaps_lead,
       "Object Settings"},
      {error(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id"),
       Outcome::misconfigured, About::perhaps_lead, "Object Settings"},
      {error(403, "FUNCTIONALITY_NOT_ENABLED", "not enabled"), Outcome::misconfigured, About::perhaps_lead,
       "not enabled"},
      {error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), Outcome::unavailable,
       About::nobody, "Limit exceeded"},
      {error(400, "STORAGE_LIMIT_EXCEEDED", "storage limit exceeded"), Outcome::unavailable, About::nobody,
       ""},
      {error(400, "UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record"),
       Outcome::unavailable, About::nobody, ""},
      {error(503, "SERVER_UNAVAILABLE", "Too many requests waiting for connections"), Outcome::unavailable,
       About::nobody, ""},
      {error(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred."), Outcome::unavailable, About::nobody,
       ""},
      {answer(404, "<html><title>Gone</title></html>"), Outcome::misconfigured, About::every_lead,
       "My Domain"},
      {answer(200, "<html><title>Login</title></html>"), Outcome::misconfigured, About::nobody, "`url`"},
      {answer(302), Outcome::misconfigured, About::nobody, ""},
      {answer(429), Outcome::unavailable, About::nobody, ""},
  };
  for (const auto& row : table) {
    INFO(row.answer.status << " " << row.answer.body);
    const auto outcome = classify(row.answer);
    REQUIRE(outcome.outcome == row.outcome);
    REQUIRE(outcome.concerns_every_lead == (row.about == About::every_lead));
    REQUIRE(outcome.may_be_the_leads_own == (row.about == About::perhaps_lead));
    REQUIRE(outcome.shows_access == (row.about == About::lead));
    REQUIRE(outcome.detail.find(row.told) != std::string::npos);
    REQUIRE(outcome.cause.empty() == (row.outcome == Outcome::delivered));
    const bool names_setting = row.about == About::every_lead || row.about == About::perhaps_lead;
    if (names_setting && row.told.starts_with("`"))
      REQUIRE(outcome.cause.find(row.told) != std::string::npos);
    REQUIRE(outcome.safe_to_repeat);
  }
}

TEST_CASE("Salesforce: a refusal names the field") {
  const auto outcome = classify(error(400, "INVALID_EMAIL_ADDRESS", "invalid address: a@b@c", {"Email"}));
  REQUIRE(outcome.cause == "HTTP 400: invalid address: <email> (field Email)");
}

TEST_CASE("Salesforce: a quota that is used up is waited for, a moment's crowd is not") {
  REQUIRE(classify(error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")).retry_after ==
          std::chrono::minutes{15});
  REQUIRE_FALSE(
      classify(error(429, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.")).retry_after);
  REQUIRE_FALSE(
      classify(error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")).counts_against_budget);
  REQUIRE(classify(error(400, "UNABLE_TO_LOCK_ROW", "locked")).counts_against_budget);
}

TEST_CASE("Salesforce: of several errors the heaviest counts") {
  const auto outcome = classify(answer(
      400, R"([{"errorCode":"STRING_TOO_LONG","message":"a"},{"errorCode":"INVALID_FIELD","message":"b"}])"));
  REQUIRE(outcome.outcome == Outcome::misconfigured);
}

TEST_CASE("Salesforce: an answer of success that was cut off is ambiguous") {
  auto cut_off = answer(201, R"({"id":"00Q)");
  cut_off.complete = false;
  REQUIRE(classify(cut_off).outcome == Outcome::ambiguous);
  REQUIRE(classify(ClientFailure{.phase = FailurePhase::wait}).outcome == Outcome::ambiguous);
  REQUIRE(classify(ClientFailure{.phase = FailurePhase::dns}).outcome == Outcome::unavailable);
}

TEST_CASE("a lead is upserted by the field that holds its id, which is not in the body") {
  auto options = sample_options();
  REQUIRE_FALSE(options.crm.mapping.add_constants({{"LeadspoolId__c", "\"mine\""}, {"Rating", "\"Hot\""}}));
  const auto tried = attempt(options, sample_lead(), answer(201, kSaved));
  REQUIRE(tried.outcome.outcome == Outcome::delivered);
  REQUIRE(tried.outcome.remote_id == "00Q5g00000AbCdEAAX");
  REQUIRE(tried.requests.size() == 2);
  REQUIRE(http::find_header(tried.requests[0].headers, "Authorization") == "Basic YXBwOnMzY3JldA==");
  const auto& request = tried.requests[1];
  REQUIRE(request.method == "PATCH");
  REQUIRE(request.url ==
          std::string(kUrl) + "/services/data/v61.0/sobjects/Lead/LeadspoolId__c/" + std::string(kId));
  REQUIRE(http::find_header(request.headers, "Authorization") == "Bearer t1");
  REQUIRE(http::find_header(request.headers, "Content-Type") == "application/json");
  REQUIRE(http::find_header(request.headers, "Sforce-Duplicate-Rule-Header") == "allowSave=true");
  REQUIRE(
      Json::parse(request.body) ==
      Json{{"LastName", "Šmídová"},
           {"FirstName", "Zoë"},
           {"Company", "Contoso"},
           {"Email", "zoe@contoso.com"},
           {"Phone", "16175555555"},
           {"Title", "CTO"},
           {"Country", "USA"},
           {"LeadSource", "AzureMarketplace-INS|contoso.analytics"},
           {"Description",
            "Call me\n\nLead source: AzureMarketplace-INS|contoso.analytics\nAction: INS\nOffer: Analytics"},
           {"Rating", "Hot"}});
}

TEST_CASE("a lead without a name or a company still has what Salesforce asks for") {
  const test::FakeClock clock(kNow);
  const Salesforce salesforce(sample_options(), clock);
  LeadWithPayload blank = sample_lead();
  blank.fields = {};
  const auto record = Json::parse(salesforce.preview(blank).body);
  REQUIRE(record["LastName"] == "(unknown)");
  REQUIRE(record["Company"] == "(unknown)");
  REQUIRE_FALSE(record.contains("Email"));
}

TEST_CASE("two requests for one lead that met in Salesforce are no duplicate") {
  const auto meet = [](const std::string& field) {
    return attempt(sample_options(), sample_lead(),
                   error(400, "DUPLICATE_VALUE",
                         "duplicate value found: " + field + " duplicates value on record with id: 00Q1"))
        .outcome;
  };
  REQUIRE(meet("LeadspoolId__c").outcome == Outcome::unavailable);
  REQUIRE(meet("LeadspoolId__c").counts_against_budget);
  REQUIRE(meet("Other__c").outcome == Outcome::rejected);
}

TEST_CASE("a session that has expired is renewed within the attempt") {
  const auto tried = attempt(sample_options(), sample_lead(),
                             error(401, "INVALID_SESSION_ID", "Session expired or invalid"));
  REQUIRE(tried.outcome.outcome == Outcome::misconfigured);
  int fetches = 0;
  for (const auto& request : tried.requests) fetches += request.url == kTokenUrl ? 1 : 0;
  REQUIRE(fetches == 2);
}

TEST_CASE("what is too long for Salesforce is cut, what lacks a required field is not sent") {
  auto lead = sample_lead();
  lead.fields.title = std::string(200, 'x');
  const auto tried = attempt(sample_options(), lead, answer(201, kSaved));
  REQUIRE(tried.outcome.detail.find("Title was cut from 200 to 128 characters") != std::string::npos);

  auto options = sample_options();
  options.crm.mapping =
      connector::Mapping::of({{"LastName", "{{ last_name }}"}, {"Company", "{{ company }}"}});
  lead.fields.company.clear();
  const auto unsent = attempt(options, lead, answer(201, kSaved));
  REQUIRE(unsent.outcome.outcome == Outcome::rejected);
  REQUIRE(unsent.outcome.cause.find("Company") != std::string::npos);
  REQUIRE(unsent.requests.empty());
}

namespace {

Json field(const std::string& name, int length) {
  return {{"name", name},
          {"length", length},
          {"createable", true},
          {"externalId", name == "LeadspoolId__c"},
          {"unique", name == "LeadspoolId__c"}};
}

Json description() {
  Json fields = Json::array();
  for (const auto& column : connector::salesforce_columns()) {
    fields.push_back(field(column.target, static_cast<int>(column.longest)));
  }
  fields.push_back(field("LeadspoolId__c", 255));
  return {{"name", "Lead"}, {"createable", true}, {"updateable", true}, {"fields", fields}};
}

std::vector<TestStep> steps_for(const ClientResult& token, const ClientResult& described) {
  const test::FakeClock clock(kNow);
  Salesforce salesforce(sample_options(), clock);
  test::ScriptedClient client;
  client.on_send([&](const ClientRequest& request) {
    if (request.url == kTokenUrl) return token;
    REQUIRE(request.method == "GET");
    REQUIRE(request.url == std::string(kUrl) + "/services/data/v61.0/sobjects/Lead/describe");
    return described;
  });
  auto task = salesforce.test(client);
  task.start();
  for (int i = 0; i < 10; ++i) client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(task.ended());
  return task.result();
}

const ClientResult kToken = answer(200, R"({"access_token":"t1"})");

using Verdict = TestStep::Verdict;

}  // namespace

TEST_CASE("a test of Salesforce looks at token, object, permission, key, columns and lengths") {
  const auto steps = steps_for(kToken, answer(200, description().dump()));
  const std::vector<std::string> whats{"token", "object",  "permission to create records",
                                       "key",   "columns", "lengths"};
  REQUIRE(steps.size() == whats.size());
  for (std::size_t i = 0; i < whats.size(); ++i) {
    INFO(steps[i].what << ": " << steps[i].detail);
    REQUIRE(steps[i].what == whats[i]);
    REQUIRE(steps[i].verdict == Verdict::passed);
  }
}

TEST_CASE("a test of Salesforce names the setting that is wrong") {
  struct Row {
    std::function<void(Json& description)> spoil;
    std::string what;
    std::string setting;
    std::string told;
  };
  constexpr std::size_t kTitle = 5;
  const Row table[] = {
      {[](Json& lead) { lead["createable"] = false; }, "permission to create records", "client_id",
       "Permission Sets"},
      {[](Json& lead) { lead["updateable"] = false; }, "permission to create records", "client_id",
       "Permission Sets"},
      {[](Json& lead) { lead["fields"].erase(lead["fields"].size() - 1); }, "key", "external_id_field",
       "there is no field LeadspoolId__c"},
      {[](Json& lead) { lead["fields"].back()["externalId"] = false; }, "key", "external_id_field",
       "External ID and Unique"},
      {[](Json& lead) { lead["fields"].back()["unique"] = false; }, "key", "external_id_field",
       "External ID and Unique"},
      {[](Json& lead) { lead["fields"].back()["length"] = 18; }, "key", "external_id_field",
       "takes 18 characters"},
      {[](Json& lead) { lead["fields"][kTitle]["name"] = "Job__c"; }, "columns", "mapping", "Title"},
      {[](Json& lead) { lead["fields"][kTitle]["createable"] = false; }, "columns", "mapping", "Title"},
      {[](Json& lead) { lead["fields"][kTitle]["length"] = 60; }, "lengths", "limits", "Title = 60"},
  };
  for (const auto& row : table) {
    auto lead = description();
    row.spoil(lead);
    const auto steps = steps_for(kToken, answer(200, lead.dump()));
    INFO(row.what << " " << row.told);
    REQUIRE(steps.size() == 6);
    for (const auto& step : steps) {
      INFO(step.what << ": " << step.detail);
      REQUIRE((step.verdict == Verdict::failed) == (step.what == row.what));
      if (step.what != row.what) continue;
      REQUIRE(step.setting == row.setting);
      REQUIRE(step.detail.find(row.told) != std::string::npos);
    }
  }
}

TEST_CASE("a test of Salesforce ends where the rest depends on it") {
  const auto no_token = steps_for(
      answer(400, R"({"error":"invalid_grant","error_description":"no client credentials user enabled"})"),
      answer(500));
  REQUIRE(no_token.size() == 1);
  REQUIRE(no_token[0].verdict == Verdict::failed);
  REQUIRE(no_token[0].setting == "client_id");

  const auto no_object = steps_for(kToken, error(404, "NOT_FOUND", "The requested resource does not exist"));
  REQUIRE(no_object.size() == 2);
  REQUIRE(no_object[1].verdict == Verdict::failed);
  REQUIRE(no_object[1].setting == "object");

  const ClientFailure unreached{.phase = http::FailurePhase::dns, .timed_out = false, .detail = "no host"};
  const auto no_host = steps_for(unreached, answer(500));
  REQUIRE(no_host.size() == 1);
  REQUIRE(no_host[0].what == "address");
  REQUIRE(no_host[0].verdict == Verdict::failed);
  REQUIRE(no_host[0].setting == "token_url");

  const auto no_crm = steps_for(kToken, answer(503));
  REQUIRE(no_crm[1].verdict == Verdict::unknown);

  const auto no_api = steps_for(kToken, answer(200, "<html></html>"));
  REQUIRE(no_api[1].verdict == Verdict::failed);
  REQUIRE(no_api[1].setting == "url");
}
