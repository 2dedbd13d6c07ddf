#include "connector/azure_table.h"

#include <nlohmann/json.hpp>

#include "connector/crm_fixture.h"

using namespace leadspool;
using namespace leadspool::test;
using connector::AzureTable;
using connector::AzureTableOptions;
using connector::classify_azure_table;
using Json = nlohmann::json;

namespace {

constexpr const char* kSas = "sv=2019-02-02&tn=leads&sp=ra&se=2027-01-01T00%3A00%3A00Z&sig=c2Vj%2BcmV0%3D";
constexpr const char* kUrl = "https://contoso.table.core.windows.net";

AzureTableOptions options() {
  AzureTableOptions made;
  made.crm.url = kUrl;
  made.crm.mapping = connector::azure_table_mapping();
  made.crm.columns = connector::azure_table_columns();
  made.table = "leads";
  return made;
}

AzureTableOptions options_with_sas(const std::string& sas = kSas) {
  AzureTableOptions made = options();
  made.sas = LiveSecret(Secret(sas));
  return made;
}

AzureTableOptions options_with_key(const std::string& key = "c2VjcmV0") {
  AzureTableOptions made = options();
  made.account_key = LiveSecret(Secret(key));
  return made;
}

const http::ClientAnswer kInserted = crm_answer(204, "", {{"Preference-Applied", "return-no-content"}});

http::ClientAnswer error(int status, const std::string& code, const std::string& message = "It failed.") {
  const std::string value =
      message + "\nRequestId:8f2ab5c1-0002-0011-7cbd-2d8f2f000000\nTime:2026-11-21T09:30:00Z";
  const Json body = {{"odata.error", {{"code", code}, {"message", {{"lang", "en-US"}, {"value", value}}}}}};
  return crm_answer(status, body.dump());
}

}  // namespace

TEST_CASE("Azure Table is sent the columns that Microsoft's connector writes, under the lead's keys") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_sas(), clock);
  const auto [outcome, requests] = play_attempt(table, crm_lead(), {kInserted});
  REQUIRE(outcome.outcome == Outcome::delivered);
  REQUIRE(outcome.remote_id == "2026-11-21/" + kCrmLeadId);
  REQUIRE(requests[0].method == "POST");
  REQUIRE(requests[0].url == std::string(kUrl) + "/leads?" + kSas);
  REQUIRE(header(requests[0], "Prefer") == "return-no-content");
  REQUIRE(header(requests[0], "Accept") == "application/json;odata=nometadata");
  REQUIRE_FALSE(header(requests[0], "x-ms-version").empty());
  const Json entity = Json::parse(requests[0].body);
  REQUIRE(entity.size() == 8);
  REQUIRE(entity.at("PartitionKey") == "2026-11-21");
  REQUIRE(entity.at("RowKey") == kCrmLeadId);
  REQUIRE(entity.at("LeadSource") == "AzureMarketplace-INS|contoso.analytics");
  REQUIRE(entity.at("ActionCode") == "INS");
  REQUIRE(entity.at("OfferDisplayName") == "Contoso Analytics");
  REQUIRE(entity.at("Description") == "Call <me> & \"us\"\nplease");
  REQUIRE(entity.at("CreatedTime") == "2026-11-21T08:30:00.000Z");
  const Json person = Json::parse(entity.at("CustomerInfo").get<std::string>());
  REQUIRE(person.size() == 7);
  REQUIRE(person.at("LastName") == "Nguyễn-Müller 🚀");
  REQUIRE(person.at("Company") == "株式会社コントソ");
  REQUIRE(person.at("Title") == "Geschäftsführerin");
}

TEST_CASE("a mapping of one's own changes Azure Table's columns, but not its keys") {
  const FakeClock clock(kCrmNow);
  AzureTableOptions configured = options_with_sas();
  configured.crm.mapping = connector::Mapping::of({{"RowKey", "{{ email }}"}, {"Phone", "{{ phone }}"}});
  REQUIRE_FALSE(configured.crm.mapping.add_constants({{"Rank", "3"}, {"Tags", R"(["a","b"])"}}));
  AzureTable table(configured, clock);
  LeadWithPayload lead = crm_lead();
  lead.fields.phone.clear();
  const auto requests = play_attempt(table, lead, {kInserted}).requests;
  REQUIRE(
      Json::parse(requests[0].body) ==
      Json{{"PartitionKey", "2026-11-21"}, {"RowKey", kCrmLeadId}, {"Rank", 3}, {"Tags", R"(["a","b"])"}});
}

TEST_CASE("a request to Azure Table is signed with the account's key") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_key(), clock);
  const auto requests = play_attempt(table, crm_lead(), {kInserted}).requests;
  REQUIRE(requests[0].url == std::string(kUrl) + "/leads");
  REQUIRE(header(requests[0], "x-ms-date") == "Sat, 21 Nov 2026 09:30:00 GMT");
  // As openssl dgst -sha256 -hmac secret has it of the date, a line break and /contoso/leads.
  REQUIRE(header(requests[0], "Authorization") ==
          "SharedKeyLite contoso:ZeupoQ+R1z9ekCg9yJYf4N6R7YnPWOA5cCaDD/YI0DQ=");
}

TEST_CASE("of a URL with a path, as an emulator's, the whole path is signed") {
  const FakeClock clock(kCrmNow);
  AzureTableOptions configured = options_with_key();
  configured.crm.url = "https://127.0.0.1:10002/devstoreaccount1";
  configured.account_name = "devstoreaccount1";
  AzureTable table(configured, clock);
  const auto requests = play_attempt(table, crm_lead(), {kInserted}).requests;
  REQUIRE(header(requests[0], "Authorization") ==
          "SharedKeyLite devstoreaccount1:oa0o1+zJz4R8cT4BVPgzmoH8l0lwddjz2vyJkrzjr/s=");
}

TEST_CASE("an account key that is not base64 is not tried") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_key("not base64!"), clock);
  const auto outcome = play_attempt(table, crm_lead(), {}).result;
  REQUIRE(outcome.outcome == Outcome::misconfigured);
  REQUIRE(outcome.concerns_every_lead);
  REQUIRE(contains(outcome.detail, "`account_key`"));
  REQUIRE_FALSE(contains(outcome.detail, "not base64!"));
}

TEST_CASE("a lost answer of Azure Table's, repeated, finds the row that is there") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_sas(), clock);
  const auto lost = play_attempt(table, crm_lead(), {lost_answer()});
  REQUIRE(lost.result.outcome == Outcome::ambiguous);
  REQUIRE(lost.result.safe_to_repeat);
  const auto again = play_attempt(table, crm_lead(), {error(409, "EntityAlreadyExists")});
  REQUIRE(again.result.outcome == Outcome::delivered);
  REQUIRE(again.result.remote_id == "2026-11-21/" + kCrmLeadId);
  REQUIRE(again.requests[0].body == lost.requests[0].body);
}

TEST_CASE("a refused signature is read again, and tried once more if it is another") {
  const FakeClock clock(kCrmNow);
  AzureTableOptions configured = options_with_sas("sig=old");
  SECTION("it is another") {
    configured.sas = LiveSecret(Secret("sig=old"), [] { return Secret("sig=new"); });
    AzureTable table(configured, clock);
    const auto [outcome, requests] =
        play_attempt(table, crm_lead(), {error(403, "AuthenticationFailed"), kInserted});
    REQUIRE(outcome.outcome == Outcome::delivered);
    REQUIRE(requests[1].url == std::string(kUrl) + "/leads?sig=new");
  }
  SECTION("it is the same") {
    configured.sas = LiveSecret(Secret("sig=old"), [] { return Secret("sig=old"); });
    AzureTable table(configured, clock);
    const auto outcome = play_attempt(table, crm_lead(), {error(403, "AuthenticationFailed")}).result;
    REQUIRE(outcome.outcome == Outcome::misconfigured);
  }
}

TEST_CASE("every documented error of Azure Table's has its outcome") {
  struct Row {
    int status;
    std::string code;
    Outcome outcome;
    bool every_lead;
    bool counted;
    std::string told;  // in the detail
  };
  const Row table[] = {
      {409, "EntityAlreadyExists", Outcome::delivered, false, false, ""},
      {400, "DuplicatePropertiesSpecified", Outcome::misconfigured, true, false, "`mapping`"},
      {400, "PropertyNameInvalid", Outcome::misconfigured, true, false, "`mapping`"},
      {400, "PropertyNameTooLong", Outcome::misconfigured, true, false, "`mapping`"},
      {400, "TooManyProperties", Outcome::misconfigured, true, false, "`mapping`"},
      {400, "EntityTooLarge", Outcome::rejected, false, false, ""},
      {400, "PropertyValueTooLarge", Outcome::rejected, false, false, ""},
      {400, "InvalidValueType", Outcome::rejected, false, false, ""},
      {400, "InvalidInput", Outcome::rejected, false, false, ""},
      {413, "RequestBodyTooLarge", Outcome::rejected, false, false, ""},
      {400, "InvalidResourceName", Outcome::misconfigured, true, false, "`table`"},
      {400, "InvalidAuthenticationInfo", Outcome::misconfigured, true, false, "`account_key`"},
      {401, "NoAuthenticationInformation", Outcome::misconfigured, true, false, "`sas`"},
      {403, "AuthenticationFailed", Outcome::misconfigured, true, false, "expired"},
      {403, "AuthorizationPermissionMismatch", Outcome::misconfigured, true, false, "permission Add"},
      {403, "AuthorizationServiceMismatch", Outcome::misconfigured, true, false, "service Table"},
      {403, "AuthorizationResourceTypeMismatch", Outcome::misconfigured, true, false, "type Object"},
      {403, "AuthorizationProtocolMismatch", Outcome::misconfigured, true, false, "`sas`"},
      {403, "AuthorizationSourceIPMismatch", Outcome::misconfigured, true, false, "Networking"},
      {403, "AuthorizationFailure", Outcome::misconfigured, true, false, "Networking"},
      {403, "InsufficientAccountPermissions", Outcome::misconfigured, true, false, "`sas`"},
      {403, "KeyBasedAuthenticationNotPermitted", Outcome::misconfigured, true, false, "Configuration"},
      {403, "AccountIsDisabled", Outcome::misconfigured, true, false, "disabled"},
      {403, "", Outcome::misconfigured, false, false, ""},
      {404, "TableNotFound", Outcome::misconfigured, true, false, "`table`"},
      {404, "ResourceNotFound", Outcome::misconfigured, true, false, "`table`"},
      {404, "", Outcome::misconfigured, true, false, "`table`"},
      {409, "TableBeingDeleted", Outcome::misconfigured, true, false, "`table`"},
      {500, "OperationTimedOut", Outcome::unavailable, false, false, ""},
      {500, "InternalError", Outcome::unavailable, false, true, ""},
      {503, "ServerBusy", Outcome::unavailable, false, false, ""},
      {400, "OutOfRangeInput", Outcome::rejected, false, false, ""},
      {429, "TooManyRequests", Outcome::unavailable, false, false, ""},
  };
  for (const Row& row : table) {
    INFO(row.status << " " << row.code);
    const auto in_header = crm_answer(row.status, "", {{"x-ms-error-code", row.code}});
    for (const auto& answer : {error(row.status, row.code), in_header}) {
      const auto outcome = classify_azure_table(answer, {}, kCrmNow);
      REQUIRE(outcome.outcome == row.outcome);
      REQUIRE(outcome.concerns_every_lead == row.every_lead);
      REQUIRE(outcome.counts_against_budget == row.counted);
      REQUIRE(contains(outcome.detail, row.told));
      REQUIRE(outcome.cause.empty() == (row.outcome == Outcome::delivered));
    }
  }
}

TEST_CASE("an answer of success that is not Azure's delivers nothing") {
  for (const auto& answer : {crm_answer(200, "<html><title>Sign in</title></html>"), crm_answer(204),
                             crm_answer(201), crm_answer(200, "", {{"x-ms-request-id", "8f2ab5c1"}})}) {
    const auto outcome = classify_azure_table(answer, {}, kCrmNow);
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(contains(outcome.detail, "`url`"));
  }
  REQUIRE(
      classify_azure_table(crm_answer(201, "{}", {{"x-ms-request-id", "8f2ab5c1"}}), {}, kCrmNow).outcome ==
      Outcome::delivered);
}

TEST_CASE("what Azure says of the request's number and time is not repeated") {
  const auto outcome = classify_azure_table(error(503, "ServerBusy", "The server is busy."), {}, kCrmNow);
  REQUIRE(outcome.detail == "the CRM answered 503: The server is busy.");
  REQUIRE(outcome.cause == "HTTP 503: The server is busy.");
}

TEST_CASE("Azure Table's throttling is waited for as told") {
  const auto outcome = classify_azure_table(crm_answer(503, "", {{"Retry-After", "30"}}), {}, kCrmNow);
  REQUIRE(outcome.retry_after == std::chrono::seconds{30});
}

TEST_CASE("the shared access signature stands in no outcome and no preview") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_sas(), clock);
  const auto echo = crm_answer(
      502, "could not reach " + std::string(kUrl) + "/leads?" + kSas + " with the signature c2Vj+cmV0=");
  const auto outcome = play_attempt(table, crm_lead(), {echo}).result;
  for (const auto& text : {outcome.detail, outcome.cause, outcome.answer_excerpt}) {
    INFO(text);
    REQUIRE_FALSE(contains(text, "c2Vj"));
  }
  REQUIRE(contains(outcome.detail, "***"));
  const auto preview = table.preview(crm_lead());
  REQUIRE(preview.url == std::string(kUrl) + "/leads?***");
  AzureTable by_key(options_with_key(), clock);
  REQUIRE(http::find_header(by_key.preview(crm_lead()).headers, "Authorization") ==
          "SharedKeyLite contoso:***");
}

TEST_CASE("a signature may be given with the question mark that the portal puts before it") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_sas(std::string("?") + kSas + "\n"), clock);
  const auto requests = play_attempt(table, crm_lead(), {kInserted}).requests;
  REQUIRE(requests[0].url == std::string(kUrl) + "/leads?" + kSas);
}

TEST_CASE("a test of Azure Table sees without asking what is wrong with a signature") {
  const FakeClock clock(kCrmNow);
  struct Row {
    std::string sas;
    std::string told;
  };
  const Row table[] = {
      {"sv=2019-02-02&sp=a", "no shared access signature"},
      {"sp=ra&se=2026-11-01T00%3A00%3A00Z&sig=c2Vj", "expired at 2026-11-01T00:00:00Z"},
      {"sp=r&se=2027-01-01T00%3A00%3A00Z&sig=c2Vj", "permission Add"},
      {"sp=a&tn=orders&sig=c2Vj", "for the table orders"},
  };
  for (const Row& row : table) {
    INFO(row.sas);
    AzureTable connector(options_with_sas(row.sas), clock);
    const auto steps = play_test(connector, {}).result;
    REQUIRE(summary(steps) == "permission to add rows failed (sas)");
    REQUIRE(contains(steps[0].detail, row.told));
    REQUIRE_FALSE(contains(steps[0].detail, "c2Vj"));
  }
}

TEST_CASE("a test of Azure Table tells signature, table and permission apart") {
  const FakeClock clock(kCrmNow);
  AzureTable table(options_with_sas(), clock);
  SECTION("all is well") {
    const auto [steps, requests] = play_test(table, {crm_answer(200, R"({"value":[]})")});
    REQUIRE(summary(steps) == "signature passed, table passed, permission to add rows passed");
    REQUIRE(requests[0].method == "GET");
    REQUIRE(requests[0].url == std::string(kUrl) + "/leads()?$top=1&" + kSas);
  }
  SECTION("somebody else answers") {
    REQUIRE(summary(play_test(table, {crm_answer(200, "<html>Sign in</html>")}).result) ==
            "address failed (url)");
  }
  SECTION("Azure cannot be reached") {
    REQUIRE(summary(play_test(table, {unreached()}).result) == "address failed (url)");
  }
  SECTION("there is no such table") {
    REQUIRE(summary(play_test(table, {error(404, "TableNotFound")}).result) ==
            "signature passed, table failed (table)");
  }
  SECTION("the signature is refused") {
    REQUIRE(summary(play_test(table, {error(403, "AuthenticationFailed")}).result) ==
            "signature failed (sas)");
  }
  SECTION("the signature allows adding, and no reading") {
    REQUIRE(summary(play_test(table, {error(403, "AuthorizationPermissionMismatch")}).result) ==
            "signature passed, table unknown, permission to add rows passed");
  }
  SECTION("a stored access policy says what is allowed") {
    AzureTable by_policy(options_with_sas("si=leads&sig=c2Vj"), clock);
    REQUIRE(summary(play_test(by_policy, {crm_answer(200, R"({"value":[]})")}).result) ==
            "signature passed, table passed, permission to add rows unknown");
  }
  SECTION("the account key is refused") {
    AzureTable by_key(options_with_key(), clock);
    REQUIRE(summary(play_test(by_key, {error(403, "AuthenticationFailed")}).result) ==
            "signature failed (account_key)");
  }
}
