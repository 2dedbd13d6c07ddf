#include "connector/dynamics365.h"

#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"

using namespace leadspool;
using connector::classify_dynamics365;
using connector::Dynamics365;
using connector::Dynamics365Options;
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
constexpr const char* kUrl = "https://contoso.crm4.dynamics.com";
constexpr const char* kTokenUrl = "https://login.example/token";

ClientAnswer answer(int status, std::string body = "", std::vector<http::Header> headers = {}) {
  ClientAnswer made;
  made.status = status;
  made.body = std::move(body);
  made.headers = std::move(headers);
  return made;
}

ClientAnswer error(int status, const std::string& code, const std::string& message) {
  return answer(status, Json{{"error", {{"code", code}, {"message", message}}}}.dump());
}

// The row was made.
ClientAnswer created(int status = 204) {
  return answer(status, "", {{"OData-Version", "4.0"}, {"OData-EntityId", std::string(kUrl) + "/leads(1)"}});
}

AttemptOutcome classify(const ClientResult& result, const LeadFields& lead = {}) {
  return classify_dynamics365(result, lead, kNow);
}

Dynamics365Options sample_options() {
  Dynamics365Options options;
  options.crm.url = kUrl;
  options.crm.mapping = connector::dynamics365_mapping();
  options.crm.columns = connector::dynamics365_columns();
  options.auth.token_url = kTokenUrl;
  options.auth.client_id = "app";
  options.auth.client_secret = LiveSecret(Secret("s3cret"));
  options.auth.scope = std::string(kUrl) + "/.default";
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

ClientResult token_or(const ClientRequest& request, const ClientResult& otherwise) {
  if (request.url == kTokenUrl) return answer(200, R"({"access_token":"t1","expires_in":3600})");
  return otherwise;
}

// What one attempt comes to, the Web API answering `result`.
struct Tried {
  AttemptOutcome outcome;
  std::vector<ClientRequest> requests;
};

Tried attempt(const Dynamics365Options& options, const LeadWithPayload& lead, const ClientResult& result) {
  const test::FakeClock clock(kNow);
  Dynamics365 dynamics(options, clock);
  test::ScriptedClient client;
  client.on_send([&](const ClientRequest& request) { return token_or(request, result); });
  auto task = dynamics.attempt(lead, client);
  task.start();
  for (int i = 0; i < 5; ++i) client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(task.ended());
  return {task.result(), client.requests()};
}

Json row_of(const LeadWithPayload& lead, const Dynamics365Options& options = sample_options()) {
  const test::FakeClock clock(kNow);
  return Json::parse(Dynamics365(options, clock).preview(lead).body);
}

}  // namespace

TEST_CASE("Dataverse: each documented answer has its outcome") {
  enum class About { lead, every_lead, perhaps_lead, nobody };
  struct Row {
    ClientAnswer answer;
    Outcome outcome;
    About about;
    std::string told;  // in the detail
  };
  const std::string payload_error =
      "Error identified in Payload provided by the user for Entity :'leads', For more information on this "
      "error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  "
      "InnerException : Microsoft.OData.ODataException: ";
  const Row table[] = {
      {created(), Outcome::delivered, About::nobody, "204"},
      {created(201), Outcome::delivered, About::nobody, "201"},
      {error(412, "", "A record with matching key values already exists."), Outcome::delivered, About::nobody,
       "it was there already"},
      {error(412, "0x80040237", "A record with matching key values already exists."), Outcome::delivered,
       About::nobody, "it was there already"},
      {error(412, "0x80060882", "The version of the existing record doesn't match."), Outcome::delivered,
       About::nobody, "it was there already"},
      {error(500, "0x80040333", "A record was not created or updated because a duplicate exists."),
       Outcome::rejected, About::lead, "Duplicate detection rules"},
      {error(412, "0x80040333", "A record was not created or updated because a duplicate exists."),
       Outcome::rejected, About::lead, "Duplicate detection rules"},
      {error(412, "0x80060892", "A record that has the attribute values new_key already exists."),
       Outcome::rejected, About::lead, "alternate key"},
      {error(429, "0x80072322", "Number of requests exceeded the limit of 6000."), Outcome::unavailable,
       About::nobody, "exceeded"},
      {error(429, "0x80072321", "Combined execution time exceeded."), Outcome::unavailable, About::nobody,
       ""},
      {error(429, "0x80072326", "Number of concurrent requests exceeded."), Outcome::unavailable,
       About::nobody, ""},
      {error(400, "-2147015902", "Number of requests exceeded."), Outcome::unavailable, About::nobody, ""},
      {error(403, "-2147015903", "Combined execution time exceeded."), Outcome::unavailable, About::nobody,
       ""},
      {error(500, "-2147015898", "Number of concurrent requests exceeded."), Outcome::unavailable,
       About::nobody, ""},
      {error(400, "0x80048d19",
             "Invalid property 'nosuch' was found in entity 'Microsoft.Dynamics.CRM.lead'. ---> "
             "Microsoft.OData.ODataException: The property 'nosuch' does not exist on type "
             "'Microsoft.Dynamics.CRM.lead'."),
       Outcome::misconfigured, About::every_lead, "`mapping`"},
      {error(400, "0x80048d19",
             payload_error + "An undeclared property 'nosuch' which only has annotations."),
       Outcome::misconfigured, About::every_lead, "`mapping` or `constants`"},
      {error(400, "0x80060888", "Could not find a property named 'nosuch' on type 'lead'."),
       Outcome::misconfigured, About::every_lead, "`mapping`"},
      {error(404, "0x80060888", "Resource not found for the segment 'leadz'."), Outcome::misconfigured,
       About::every_lead, "`entity`"},
      {error(404, "0x80060888", "Resource not found for the segment 'v9_ledz'."), Outcome::misconfigured,
       About::every_lead, "`entity`"},
      {error(404, "0x8006088a", "Resource not found for the segment 'v1.0'."), Outcome::misconfigured,
       About::every_lead, "`api_version`"},
      {error(400, "0x80048d19",
             payload_error + "Cannot convert the literal 'x' to the expected type 'Edm.Int32'."),
       Outcome::misconfigured, About::perhaps_lead, "`mapping`"},
      {error(400, "0x8004431a",
             "A validation error occurred. The value 99 of 'leadsourcecode' on record of type 'lead' is "
             "outside the valid range. Accepted Values: 1,2"),
       Outcome::misconfigured, About::perhaps_lead, "`mapping`"},
      {error(404, "0x80040217", "campaign With Id = 1 Does Not Exist"), Outcome::misconfigured,
       About::perhaps_lead, "`mapping`"},
      {error(400, "0x80044331",
             "A validation error occurred. The length of the 'jobtitle' attribute of the 'lead' entity "
             "exceeded the maximum allowed length of '100'."),
       Outcome::rejected, About::lead, "`limits`"},
      {error(400, "0x80040265", "We do not sell to this country."), Outcome::rejected, About::lead,
       "plug-in"},
      {error(500, "0x80040265", "We do not sell to this country."), Outcome::rejected, About::lead,
       "plug-in"},
      {error(400, "0x80040203", "Invalid argument."), Outcome::rejected, About::lead, "Invalid argument."},
      {error(403, "0x80040220",
             "Principal user (Id=2b1f0a52-52f6-ef11-be20-000d3a4a1b2c, type=8) is missing prvCreateLead "
             "privilege (Id=1) on OTC=4 for entity 'lead'."),
       Outcome::misconfigured, About::every_lead, "Edit security roles"},
      {error(403, "0x80042f09", "Principal user is missing prvAppendToCampaign privilege."),
       Outcome::misconfigured, About::perhaps_lead, "security role"},
      {error(403, "0x80072560", "The user is not a member of the organization."), Outcome::misconfigured,
       About::every_lead, "Application users > New app user"},
      {error(403, "0x80048306", "Access denied."), Outcome::misconfigured, About::perhaps_lead,
       "Access denied."},
      {answer(401), Outcome::misconfigured, About::every_lead, "Application users > New app user"},
      {answer(404), Outcome::misconfigured, About::every_lead, "`url`"},
      {answer(405), Outcome::misconfigured, About::nobody, ""},
      {answer(413), Outcome::misconfigured, About::perhaps_lead, "`url`"},
      {answer(302), Outcome::misconfigured, About::nobody, ""},
      {answer(200, "<html><title>Sign in</title></html>"), Outcome::misconfigured, About::nobody, "`url`"},
      {answer(204), Outcome::misconfigured, About::nobody, "`url`"},
      {answer(412, "<html><title>Precondition Failed</title></html>"), Outcome::misconfigured, About::nobody,
       "`url`"},
      {answer(412, "", {{"OData-Version", "4.0"}}), Outcome::delivered, About::nobody,
       "it was there already"},
      {error(412, "0x80072322", "Number of requests exceeded the limit of 6000."), Outcome::unavailable,
       About::nobody, ""},
      {answer(400, "<html><title>Bad Request</title></html>"), Outcome::misconfigured, About::perhaps_lead,
       "`url`"},
      {error(500, "0x80040216", "An unexpected error occurred."), Outcome::unavailable, About::nobody, ""},
      {answer(502), Outcome::unavailable, About::nobody, ""},
      {error(503, "0x80072325", "The server is busy."), Outcome::unavailable, About::nobody, ""},
      {error(500, "0x80040237", "Cannot insert duplicate key."), Outcome::unavailable, About::nobody, ""},
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

TEST_CASE("Dataverse: a text that is too long names its column") {
  const auto outcome = classify(error(400, "0x80044331",
                                      "A validation error occurred. The length of the 'jobtitle' attribute "
                                      "of the 'lead' entity exceeded the maximum allowed length of '100'."));
  REQUIRE(outcome.cause.find("jobtitle") != std::string::npos);
}

TEST_CASE("Dataverse: only what may be the lead's doing counts against its budget") {
  REQUIRE(classify(error(500, "0x80040216", "unexpected")).counts_against_budget);
  REQUIRE(classify(error(500, "0x80040237", "duplicate key")).counts_against_budget);
  REQUIRE_FALSE(classify(error(500, "-2147015898", "too many")).counts_against_budget);
  REQUIRE_FALSE(classify(answer(503)).counts_against_budget);
}

TEST_CASE("Dataverse: it is waited for as long as it asks, whatever the status") {
  const std::vector<http::Header> wait{{"Retry-After", "42"}};
  const auto body = error(429, "0x80072322", "too many").body;
  for (const int status : {429, 400, 503}) {
    REQUIRE(classify(answer(status, body, wait)).retry_after == Milliseconds{42'000});
  }
  REQUIRE_FALSE(classify(answer(400, error(400, "0x80040203", "no").body, wait)).retry_after);
}

TEST_CASE("Dataverse: a lost answer is ambiguous, and safe to repeat") {
  for (const auto phase : {FailurePhase::send, FailurePhase::wait}) {
    const auto outcome = classify(ClientFailure{.phase = phase, .timed_out = true, .detail = "nothing came"});
    REQUIRE(outcome.outcome == Outcome::ambiguous);
    REQUIRE(outcome.safe_to_repeat);
  }
  REQUIRE(classify(ClientFailure{.phase = FailurePhase::connect}).outcome == Outcome::unavailable);
  REQUIRE(classify(ClientFailure{.phase = FailurePhase::certificate}).outcome == Outcome::misconfigured);
}

TEST_CASE("Dataverse: a lead's own data stays out of the cause") {
  const auto outcome = classify(error(400, "0x80040265", "Zoë Smith is on the list"), {.last_name = "Smith"});
  REQUIRE(outcome.cause.find("Smith") == std::string::npos);
  REQUIRE(outcome.detail.find("Smith") != std::string::npos);
}

TEST_CASE("a lead becomes a row under its own id, which is only ever created") {
  const auto tried = attempt(sample_options(), sample_lead(), created());
  REQUIRE(tried.outcome.outcome == Outcome::delivered);
  REQUIRE(tried.outcome.remote_id == kId);
  REQUIRE(tried.requests.size() == 2);
  REQUIRE(tried.requests[0].body.find("scope=https%3A%2F%2Fcontoso.crm4.dynamics.com%2F.default") !=
          std::string::npos);
  const auto& request = tried.requests[1];
  REQUIRE(request.method == "PATCH");
  REQUIRE(request.url == std::string(kUrl) + "/api/data/v9.2/leads(" + kId + ")");
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"If-None-Match", "*"},
                                                        {"OData-Version", "4.0"},
                                                        {"OData-MaxVersion", "4.0"},
                                                        {"Accept", "application/json"},
                                                        {"Content-Type", "application/json"},
                                                        {"Authorization", "Bearer t1"}}) {
    INFO(name);
    REQUIRE(http::find_header(request.headers, name) == value);
  }
  REQUIRE(
      Json::parse(request.body) ==
      Json{
          {"subject", "Analytics"},
          {"firstname", "Zoë"},
          {"lastname", "Šmídová"},
          {"companyname", "Contoso"},
          {"emailaddress1", "zoe@contoso.com"},
          {"telephone1", "16175555555"},
          {"jobtitle", "CTO"},
          {"address1_country", "USA"},
          {"leadsourcecode", 8},
          {"description",
           "Call me\n\nLead source: AzureMarketplace-INS|contoso.analytics\nAction: INS\nOffer: Analytics"}});
}

TEST_CASE("a lead that is in Dynamics 365 already is delivered, under its id") {
  const auto tried = attempt(sample_options(), sample_lead(),
                             error(412, "", "A record with matching key values already exists."));
  REQUIRE(tried.outcome.outcome == Outcome::delivered);
  REQUIRE(tried.outcome.remote_id == kId);
}

TEST_CASE("a lead without a name or an offer still has what Dynamics 365 asks for") {
  LeadWithPayload blank = sample_lead();
  blank.fields = {};
  const auto row = row_of(blank);
  REQUIRE(row["subject"] == "Marketplace lead");
  REQUIRE(row["lastname"] == "(unknown)");
  REQUIRE_FALSE(row.contains("firstname"));
  blank.fields.email = "zoe@contoso.com";
  REQUIRE(row_of(blank)["lastname"] == "zoe@contoso.com");
  blank.fields.company = "Contoso";
  REQUIRE(row_of(blank)["lastname"] == "Contoso");
}

TEST_CASE("what is too long for its column is cut, and the attempt says so") {
  auto lead = sample_lead();
  lead.fields.title = std::string(240, 'x');
  const auto tried = attempt(sample_options(), lead, created());
  REQUIRE(Json::parse(tried.requests[1].body)["jobtitle"] == std::string(100, 'x'));
  REQUIRE(tried.outcome.detail.find("jobtitle was cut from 240 to 100 characters") != std::string::npos);
}

TEST_CASE("a lead without a required column is rejected unsent") {
  auto options = sample_options();
  options.crm.mapping = connector::Mapping::of({{"subject", "{{ title }}"}, {"lastname", "{{ last_name }}"}});
  auto lead = sample_lead();
  lead.fields.title.clear();
  const auto tried = attempt(options, lead, created());
  REQUIRE(tried.outcome.outcome == Outcome::rejected);
  REQUIRE(tried.outcome.cause.find("subject") != std::string::npos);
  REQUIRE(tried.requests.empty());
}

TEST_CASE("a lead that must not be contacted is marked so, unless the mapping says otherwise") {
  const std::vector<std::string> flags{"donotemail", "donotbulkemail",  "donotphone",
                                       "donotfax",   "donotpostalmail", "donotsendmm"};
  auto lead = sample_lead();
  for (const auto& flag : flags) REQUIRE_FALSE(row_of(lead).contains(flag));
  lead.disposition = Disposition::do_not_contact;
  for (const auto& flag : flags) REQUIRE(row_of(lead)[flag] == true);

  auto options = sample_options();
  REQUIRE_FALSE(options.crm.mapping.add_constants({{"donotfax", "false"}}));
  REQUIRE(row_of(lead, options)["donotfax"] == false);
  REQUIRE(row_of(lead, options)["donotemail"] == true);

  options.entity = "contoso_inquiries";  // may have no such columns
  REQUIRE_FALSE(row_of(lead, options).contains("donotemail"));
}

TEST_CASE("a lookup is set by its annotation, whose name has a dot") {
  auto options = sample_options();
  REQUIRE_FALSE(options.crm.mapping.add_constants({{"campaignid@odata.bind", "\"/campaigns(1)\""}}));
  REQUIRE(row_of(sample_lead(), options)["campaignid@odata.bind"] == "/campaigns(1)");
}

TEST_CASE("a preview shows the very request, without the token") {
  const test::FakeClock clock(kNow);
  const auto preview = Dynamics365(sample_options(), clock).preview(sample_lead());
  const auto tried = attempt(sample_options(), sample_lead(), created());
  REQUIRE(preview.method == "PATCH");
  REQUIRE(preview.url == tried.requests[1].url);
  REQUIRE(preview.body == tried.requests[1].body);
  REQUIRE(http::find_header(preview.headers, "If-None-Match") == "*");
  REQUIRE(http::find_header(preview.headers, "Authorization") == "Bearer ***");
  REQUIRE(preview.rejected_because.empty());
}

TEST_CASE("no token, no lead: the outcome is the token's") {
  const test::FakeClock clock(kNow);
  Dynamics365 dynamics(sample_options(), clock);
  test::ScriptedClient client;
  client.on_send([](const ClientRequest&) {
    return answer(401, R"({"error":"invalid_client","error_description":"AADSTS7000222: expired"})");
  });
  const auto lead = sample_lead();
  auto task = dynamics.attempt(lead, client);
  task.start();
  for (int i = 0; i < 5; ++i) client.run(std::chrono::milliseconds{0}, -1);
  const auto outcome = task.result();
  REQUIRE(outcome.outcome == Outcome::misconfigured);
  REQUIRE(outcome.concerns_every_lead);
  REQUIRE(client.requests().size() == 1);
}

TEST_CASE("the token's address has the tenant in it") {
  REQUIRE(connector::dynamics365_token_url("contoso.onmicrosoft.com") ==
          "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token");
}

namespace {

// An environment that test() reads, as far as a test does not change it.
struct Environment {
  ClientResult token = answer(200, R"({"access_token":"t1","expires_in":3600})");
  ClientResult who = answer(200, R"({"UserId":"u1","BusinessUnitId":"b1"})");
  ClientResult table = answer(
      200,
      R"({"value":[{"LogicalName":"lead","SchemaName":"Lead","Privileges":[{"Name":"prvReadLead","PrivilegeType":"Read"},{"Name":"prvCreateLead","PrivilegeType":"Create"}]}]})");
  ClientResult privilege = answer(200, R"({"RolePrivileges":[{"Depth":"Global"}]})");
  std::vector<std::string> columns{"subject",        "firstname",  "lastname", "companyname",
                                   "emailaddress1",  "telephone1", "jobtitle", "address1_country",
                                   "leadsourcecode", "description"};
  std::string read_only;
  std::size_t longest_title = 100;

  ClientResult answer_to(const ClientRequest& request) const {
    const auto& url = request.url;
    const auto has = [&](std::string_view part) { return url.find(part) != std::string::npos; };
    if (url == kTokenUrl) return token;
    if (url.ends_with("/api/data/v9.2/WhoAmI")) return who;
    if (has("EntityDefinitions?") && has("EntitySetName%20eq%20'leads'")) return table;
    if (has("systemusers(u1)/") && has("(PrivilegeName='prvCreateLead')")) return privilege;
    Json list = Json::array();
    if (has("StringAttributeMetadata")) {
      list = {{{"LogicalName", "jobtitle"}, {"MaxLength", longest_title}}};
    } else if (has("MemoAttributeMetadata")) {
      list = {{{"LogicalName", "description"}, {"MaxLength", 2000}}};
    } else if (has("EntityDefinitions(LogicalName='lead')/Attributes?")) {
      for (const auto& column : columns) {
        list.push_back({{"LogicalName", column}, {"IsValidForCreate", column != read_only}});
      }
    } else {
      return answer(404);
    }
    return answer(200, Json{{"value", std::move(list)}}.dump());
  }
};

std::vector<TestStep> steps_in(const Environment& environment,
                               const Dynamics365Options& options = sample_options()) {
  const test::FakeClock clock(kNow);
  Dynamics365 dynamics(options, clock);
  test::ScriptedClient client;
  client.on_send([&](const ClientRequest& request) { return environment.answer_to(request); });
  auto task = dynamics.test(client);
  task.start();
  for (int i = 0; i < 20; ++i) client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(task.ended());
  for (const auto& request : client.requests()) {
    const bool is_token = request.url == kTokenUrl;
    REQUIRE((is_token || request.method == "GET"));
  }
  return task.result();
}

using Verdict = TestStep::Verdict;

}  // namespace

TEST_CASE("a test of Dynamics 365 looks at token, environment, table, permission, columns and lengths") {
  const auto steps = steps_in({});
  const std::vector<std::string> whats{"token",   "environment", "table", "permission to create rows",
                                       "columns", "lengths"};
  REQUIRE(steps.size() == whats.size());
  for (std::size_t i = 0; i < whats.size(); ++i) {
    INFO(steps[i].what << ": " << steps[i].detail);
    REQUIRE(steps[i].what == whats[i]);
    REQUIRE(steps[i].verdict == Verdict::passed);
    REQUIRE(steps[i].setting.empty());
  }
}

TEST_CASE("a test of Dynamics 365 names the setting that is wrong") {
  struct Row {
    std::function<void(Environment&, Dynamics365Options&)> spoil;
    std::string what;
    std::string setting;
    std::string told;
    std::size_t steps;  // that were taken
  };
  const Row table[] = {
      {[](auto& environment, auto&) {
         environment.token =
             answer(401, R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid"})");
       },
       "token", "client_secret", "the client secret is wrong", 1},
      {[](auto& environment, auto&) {
         environment.token =
             answer(400, R"({"error":"invalid_request","error_description":"AADSTS90002: no"})");
       },
       "token", "tenant_id", "the tenant is not known", 1},
      {[](auto& environment, auto&) { environment.who = answer(401); }, "environment", "client_id",
       "Application users", 2},
      {[](auto& environment, auto&) { environment.who = answer(200, "<html></html>"); }, "address", "url",
       "`url`", 2},
      {[](auto& environment, auto&) { environment.who = answer(404); }, "environment", "url",
       "Environment URL", 2},
      {[](auto& environment, auto&) {
         environment.who = error(404, "0x8006088a", "Resource not found for the segment 'v1.0'.");
       },
       "environment", "api_version", "`api_version`", 2},
      {[](auto& environment, auto&) { environment.who = ClientFailure{.phase = FailurePhase::connect}; },
       "address", "url", "could not be reached", 2},
      {[](auto& environment, auto&) { environment.who = ClientFailure{.phase = FailurePhase::certificate}; },
       "address", "ca_file", "PEM file", 2},
      {[](auto& environment, auto&) { environment.token = ClientFailure{.phase = FailurePhase::dns}; },
       "address", "token_url", "could not be reached", 1},
      {[](auto& environment, auto&) {
         environment.token = ClientFailure{.phase = FailurePhase::certificate};
       },
       "token", "ca_file", "PEM file", 1},
      {[](auto& environment, auto&) { environment.table = answer(200, R"({"value":[]})"); }, "table",
       "entity", "no entity set leads", 3},
      {[](auto& environment, auto&) { environment.privilege = answer(200, R"({"RolePrivileges":[]})"); },
       "permission to create rows", "client_id", "prvCreateLead", 6},
      {[](auto& environment, auto&) { environment.columns.pop_back(); }, "columns", "mapping", "description",
       6},
      {[](auto& environment, auto&) { environment.read_only = "leadsourcecode"; }, "columns", "mapping",
       "leadsourcecode", 6},
      {[](auto&, auto& options) {
         REQUIRE_FALSE(
             options.crm.mapping.add_constants({{"nosuch", "1"}, {"new_Topic@odata.bind", "\"/x(1)\""}}));
       },
       "columns", "mapping", "nosuch, new_Topic@odata", 6},
      {[](auto& environment, auto&) { environment.longest_title = 60; }, "lengths", "limits", "jobtitle = 60",
       6},
  };
  for (const auto& row : table) {
    Environment environment;
    auto options = sample_options();
    row.spoil(environment, options);
    const auto steps = steps_in(environment, options);
    INFO(row.what << " " << row.told);
    REQUIRE(steps.size() == row.steps);
    for (const auto& step : steps) {
      INFO(step.what << ": " << step.detail);
      REQUIRE((step.verdict == Verdict::failed) == (step.what == row.what));
      if (step.what != row.what) continue;
      REQUIRE(step.setting == row.setting);
      REQUIRE(step.detail.find(row.told) != std::string::npos);
    }
  }
}

TEST_CASE("what Dynamics 365 does not let the app see is unknown, not wrong") {
  Environment environment;
  environment.privilege = error(403, "0x80040220", "Principal user is missing prvReadRole privilege.");
  REQUIRE(steps_in(environment)[3].verdict == Verdict::unknown);
  environment.table = error(403, "0x80040220", "Principal user is missing prvReadEntity privilege.");
  REQUIRE(steps_in(environment).back().what == "table");
  REQUIRE(steps_in(environment).back().verdict == Verdict::unknown);
  environment.token = answer(503);
  REQUIRE(steps_in(environment).back().what == "token");
  REQUIRE(steps_in(environment).back().verdict == Verdict::unknown);
}

TEST_CASE("a lookup is among the columns by the name of its relation, in any case") {
  Environment environment;
  environment.columns.push_back("new_topic");
  auto options = sample_options();
  REQUIRE_FALSE(options.crm.mapping.add_constants({{"new_Topic@odata.bind", "\"/x(1)\""}}));
  REQUIRE(steps_in(environment, options)[4].verdict == Verdict::passed);
}
