#include "connector/hubspot.h"

#include <nlohmann/json.hpp>

#include "connector/crm_fixture.h"

using namespace leadspool;
using namespace leadspool::test;
using connector::classify_hubspot;
using connector::HubSpot;
using connector::HubSpotOptions;
using Json = nlohmann::json;

namespace {

HubSpotOptions options(const std::string& id_property = "email") {
  HubSpotOptions made;
  made.crm.url = "https://api.hubapi.com";
  made.crm.mapping = connector::hubspot_mapping();
  made.crm.columns = connector::hubspot_columns();
  made.auth.token = LiveSecret(Secret("pat-na1-secret"));
  made.id_property = id_property;
  return made;
}

// As HubSpot tells of properties: a list in JSON behind the words.
std::string invalid(const std::string& error, const std::string& name, const std::string& message) {
  const Json list =
      Json::array({{{"isValid", false}, {"message", message}, {"error", error}, {"name", name}}});
  return Json{{"status", "error"},
              {"message", "Property values were not valid: " + list.dump()},
              {"correlationId", "0f0e8d3a-6a30-4d8a-9d3c-cc9c19a1f6a1"},
              {"category", "VALIDATION_ERROR"}}
      .dump();
}

std::string limited(const std::string& policy) {
  return Json{{"status", "error"},
              {"message", "You have reached your limit."},
              {"errorType", "RATE_LIMIT"},
              {"policyName", policy}}
      .dump();
}

constexpr const char* kConflict =
    R"({"status":"error","category":"CONFLICT","message":"Contact already exists. Existing ID: 512"})";
constexpr const char* kMissingScopes =
    R"({"status":"error","message":"This app hasn't been granted all required scopes to make this call.",)"
    R"("errors":[{"message":"One or more of the following scopes are required.",)"
    R"("context":{"requiredGranularScopes":["crm.objects.contacts.write"]}}],"category":"MISSING_SCOPES"})";

}  // namespace

TEST_CASE("HubSpot is sent a contact with the lead's e-mail address") {
  const FakeClock clock(kCrmNow);
  HubSpot hubspot(options(), clock);
  const auto [outcome, requests] = play_attempt(hubspot, crm_lead(), {crm_answer(201, R"({"id":"77"})")});
  REQUIRE(outcome.outcome == Outcome::delivered);
  REQUIRE(outcome.remote_id == "77");
  REQUIRE(requests[0].method == "POST");
  REQUIRE(requests[0].url == "https://api.hubapi.com/crm/v3/objects/contacts");
  REQUIRE(header(requests[0], "Authorization") == "Bearer pat-na1-secret");
  REQUIRE(header(requests[0], "Content-Type") == "application/json");
  // HubSpot repeats the contact, also one with the longest text.
  REQUIRE(requests[0].max_answer_bytes > std::size_t{8} * 65'536);
  const Json properties = Json::parse(requests[0].body).at("properties");
  REQUIRE(properties.at("email") == "zoe@example.com");
  REQUIRE(properties.at("lastname") == "Nguyễn-Müller 🚀");
  REQUIRE(properties.at("company") == "株式会社コントソ");
  REQUIRE(contains(properties.at("message").get<std::string>(), "AzureMarketplace-INS|contoso.analytics"));
}

TEST_CASE("what a lead lacks is left out for HubSpot, so that nothing there is emptied") {
  const FakeClock clock(kCrmNow);
  HubSpot hubspot(options(), clock);
  LeadWithPayload lead = crm_lead();
  lead.fields.phone.clear();
  const auto played = play_attempt(hubspot, lead, {crm_answer(201, R"({"id":"77"})")});
  REQUIRE_FALSE(Json::parse(played.requests[0].body).at("properties").contains("phone"));
}

TEST_CASE("a contact that HubSpot has already is updated") {
  const FakeClock clock(kCrmNow);
  SECTION("by its e-mail address") {
    HubSpot hubspot(options(), clock);
    const auto [outcome, requests] =
        play_attempt(hubspot, crm_lead(), {crm_answer(409, kConflict), crm_answer(200, R"({"id":"512"})")});
    REQUIRE(outcome.outcome == Outcome::delivered);
    REQUIRE(outcome.remote_id == "512");
    REQUIRE(requests[1].method == "PATCH");
    REQUIRE(requests[1].url == "https://api.hubapi.com/crm/v3/objects/contacts/512");
    REQUIRE(requests[1].body == requests[0].body);
  }
  SECTION("by its e-mail address, though leads are told apart by a property of their own") {
    HubSpot hubspot(options("leadspool_id"), clock);
    const std::string within =
        R"({"status":"COMPLETE","results":[],"numErrors":1,"errors":[)" + std::string(kConflict) + "]}";
    const auto [outcome, requests] =
        play_attempt(hubspot, crm_lead(), {crm_answer(207, within), crm_answer(200, R"({"id":"512"})")});
    REQUIRE(outcome.outcome == Outcome::delivered);
    REQUIRE(requests[1].url == "https://api.hubapi.com/crm/v3/objects/contacts/512");
    const Json properties = Json::parse(requests[1].body).at("properties");
    REQUIRE(properties.at("leadspool_id") == kCrmLeadId);
    REQUIRE(properties.at("email") == "zoe@example.com");
  }
  SECTION("unless it was deleted meanwhile: then the next try makes it anew") {
    HubSpot hubspot(options(), clock);
    const auto missing =
        crm_answer(404, R"({"status":"error","message":"resource not found","category":"OBJECT_NOT_FOUND"})");
    const auto outcome = play_attempt(hubspot, crm_lead(), {crm_answer(409, kConflict), missing}).result;
    REQUIRE(outcome.outcome == Outcome::unavailable);
    REQUIRE(outcome.counts_against_budget);
  }
}

TEST_CASE("no contact is updated by words that HubSpot repeats from the lead") {
  const FakeClock clock(kCrmNow);
  const auto error = [](const std::string& category, const std::string& message) {
    return Json{{"status", "error"}, {"category", category}, {"message", message}}.dump();
  };
  const std::string words = "Contact already exists. Existing ID: 666";
  for (const std::string& body :
       {error("VALIDATION_ERROR", words), error("CONFLICT", "\"" + words + "\" is not a phone number"),
        error("CONFLICT", words + " is taken"), error("CONFLICT", "Contact already exists. Existing ID: "),
        error("CONFLICT", "Acme Existing ID: 666 is taken"),
        R"({"category":"CONFLICT","message":"no","errors":[)" + error("CONFLICT", words) + "]}"}) {
    INFO(body);
    HubSpot hubspot(options(), clock);
    REQUIRE(play_attempt(hubspot, crm_lead(), {crm_answer(409, body)}).result.outcome == Outcome::rejected);
    HubSpot by_own_property(options("leadspool_id"), clock);
    const std::string within = R"({"results":[],"message":")" + words + R"(","errors":[)" + body + "]}";
    REQUIRE(play_attempt(by_own_property, crm_lead(), {crm_answer(207, within)}).result.outcome ==
            Outcome::rejected);
  }
}

TEST_CASE("of very many reasons of HubSpot's the first twenty are looked at, and only those of a list") {
  const auto with_last = [](std::size_t before, bool in_words) {
    Json list = Json::array();
    for (std::size_t i = 0; i < before; ++i)
      list.push_back({{"code", "X"}, {"error", "X"}, {"message", "no"}});
    const char* const last = "PROPERTY_DOESNT_EXIST";
    list.push_back({{"code", last}, {"error", last}, {"message", "no"}});
    Json body = {{"category", "VALIDATION_ERROR"}, {"message", "not valid"}};
    if (in_words) {
      body["message"] = "not valid: " + list.dump();
    } else {
      body["errors"] = list;
    }
    return classify_hubspot(crm_answer(400, body.dump()), {}, kCrmNow).outcome;
  };
  for (const bool in_words : {false, true}) {
    REQUIRE(with_last(19, in_words) == Outcome::misconfigured);
    REQUIRE(with_last(20, in_words) == Outcome::rejected);
  }
  Json table = Json::object();
  for (int i = 0; i < 100'000; ++i) table[std::to_string(i)] = {{"code", "PROPERTY_DOESNT_EXIST"}};
  const Json body = {{"category", "VALIDATION_ERROR"}, {"message", "no"}, {"errors", table}};
  REQUIRE(classify_hubspot(crm_answer(400, body.dump()), {}, kCrmNow).outcome == Outcome::rejected);
}

TEST_CASE("HubSpot is sent an upsert by another property than the e-mail address") {
  const FakeClock clock(kCrmNow);
  HubSpot hubspot(options("leadspool_id"), clock);
  const auto done = crm_answer(200, R"({"status":"COMPLETE","results":[{"id":"78","new":true}]})");
  const auto [outcome, requests] = play_attempt(hubspot, crm_lead(), {done});
  REQUIRE(outcome.outcome == Outcome::delivered);
  REQUIRE(outcome.remote_id == "78");
  REQUIRE(requests[0].url == "https://api.hubapi.com/crm/v3/objects/contacts/batch/upsert");
  const Json input = Json::parse(requests[0].body).at("inputs").at(0);
  REQUIRE(input.at("idProperty") == "leadspool_id");
  REQUIRE(input.at("id") == kCrmLeadId);
  REQUIRE(input.at("properties").at("lastname") == "Nguyễn-Müller 🚀");
}

TEST_CASE("a lost answer of HubSpot's is repeated only where the contact has a key") {
  const FakeClock clock(kCrmNow);
  LeadWithPayload lead = crm_lead();
  const auto try_once = [&](const std::string& id_property) {
    HubSpot hubspot(options(id_property), clock);
    return play_attempt(hubspot, lead, {lost_answer()}).result;
  };
  REQUIRE(try_once("email").outcome == Outcome::ambiguous);
  REQUIRE(try_once("email").safe_to_repeat);
  lead.fields.email.clear();
  REQUIRE_FALSE(try_once("email").safe_to_repeat);
  REQUIRE(try_once("leadspool_id").safe_to_repeat);
}

TEST_CASE("an error that may hide a contact is not repeated where the contact has no key") {
  const FakeClock clock(kCrmNow);
  HubSpot hubspot(options(), clock);
  LeadWithPayload nobody = crm_lead();
  nobody.fields.email.clear();
  auto cut = crm_answer(201, R"({"prop)");
  cut.complete = false;
  for (const auto& answer : {crm_answer(500), crm_answer(502), crm_answer(504), cut}) {
    INFO(answer.status);
    const auto hidden = play_attempt(hubspot, nobody, {answer}).result;
    REQUIRE(hidden.outcome == Outcome::ambiguous);
    REQUIRE_FALSE(hidden.safe_to_repeat);
    const auto with_key = play_attempt(hubspot, crm_lead(), {answer}).result;
    REQUIRE(with_key.safe_to_repeat);
  }
  for (const int status : {423, 429, 503}) {
    REQUIRE(play_attempt(hubspot, nobody, {crm_answer(status)}).result.outcome == Outcome::unavailable);
  }
}

TEST_CASE("a lead that names nobody becomes a contact with a last name, as HubSpot makes no other") {
  const FakeClock clock(kCrmNow);
  HubSpot hubspot(options(), clock);
  const auto last_name = [&](const LeadFields& fields) {
    LeadWithPayload lead = crm_lead();
    lead.fields = fields;
    const auto properties = Json::parse(hubspot.preview(lead).body).at("properties");
    return properties.contains("lastname") ? properties.at("lastname").get<std::string>() : "none";
  };
  REQUIRE(last_name({}) == "(unknown)");
  REQUIRE(last_name({.company = "Contoso"}) == "Contoso");
  REQUIRE(last_name({.email = "a@b.example"}) == "none");
  REQUIRE(last_name({.first_name = "Zoë"}) == "none");
}

TEST_CASE("an answer of success that is not HubSpot's delivers nothing") {
  for (const auto& answer :
       {crm_answer(200, "<html><title>Sign in</title></html>"), crm_answer(204), crm_answer(201, "{}"),
        crm_answer(200, R"({"status":"COMPLETE","results":[]})")}) {
    INFO(answer.body);
    const auto outcome = classify_hubspot(answer, {}, kCrmNow);
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(contains(outcome.detail, "`url`"));
  }
}

TEST_CASE("HubSpot is waited for as long as it asks, whatever the status") {
  for (const int status : {423, 429, 477, 503}) {
    INFO(status);
    REQUIRE(classify_hubspot(crm_answer(status, "", {{"Retry-After", "42"}}), {}, kCrmNow).retry_after ==
            std::chrono::seconds{42});
  }
}

TEST_CASE("every documented error of HubSpot's has its outcome") {
  struct Row {
    int status;
    std::string body;
    Outcome outcome;
    bool every_lead;
    int retry_after_s;  // 0: as the schedule has it
    std::string told;   // in the detail
  };
  const std::string within = R"({"status":"COMPLETE","results":[],"errors":[)" +
                             invalid("INVALID_EMAIL", "email", "Email address is invalid") + "]}";
  const Row table[] = {
      {201, R"({"id":"1"})", Outcome::delivered, false, 0, ""},
      {400, invalid("PROPERTY_DOESNT_EXIST", "shoe_size", "Property \"shoe_size\" does not exist"),
       Outcome::misconfigured, true, 0, "`mapping` or `constants`"},
      {400,
       R"({"status":"error","category":"VALIDATION_ERROR","message":"Property values were not valid",)"
       R"("errors":[{"message":"Property \"shoe_size\" does not exist","code":"PROPERTY_DOESNT_EXIST",)"
       R"("context":{"propertyName":["shoe_size"]}}]})",
       Outcome::misconfigured, true, 0, "shoe_size"},
      {400, invalid("READ_ONLY_VALUE", "createdate", "\"createdate\" is a read only property"),
       Outcome::misconfigured, true, 0, "`mapping`"},
      {400, invalid("INVALID_EMAIL", "email", "Email address x@y is invalid"), Outcome::rejected, false, 0,
       "Email address x@y is invalid"},
      {400, invalid("INVALID_OPTION", "hs_lead_status", "HOT was not one of the allowed options"),
       Outcome::misconfigured, false, 0, "`mapping`"},
      {207, within, Outcome::rejected, false, 0, "Email address is invalid"},
      {400, R"({"status":"error","message":"Unable to infer object type from: kontakte"})",
       Outcome::misconfigured, true, 0, "`path_prefix`"},
      {400,
       R"({"status":"error","category":"VALIDATION_ERROR",)"
       R"("message":"Unable to perform update/upsert by non-unique 0-1 property shoe_size in portal ID 1"})",
       Outcome::misconfigured, true, 0, "`id_property`"},
      {401,
       R"({"status":"error","message":"Authentication credentials not found.",)"
       R"("category":"INVALID_AUTHENTICATION"})",
       Outcome::misconfigured, true, 0, "`token`"},
      {401, R"({"status":"error","message":"The token has expired","category":"EXPIRED_AUTHENTICATION"})",
       Outcome::misconfigured, true, 0, "Service keys"},
      {401, "", Outcome::misconfigured, true, 0, "`token`"},
      {403, kMissingScopes, Outcome::misconfigured, true, 0, "crm.objects.contacts.write"},
      {403, "", Outcome::misconfigured, false, 0, ""},
      {404, "<html><title>404 Not Found</title></html>", Outcome::misconfigured, true, 0, "`path_prefix`"},
      {409, R"({"status":"error","category":"CONFLICT","message":"Contact is being merged"})",
       Outcome::rejected, false, 0, "Contact is being merged"},
      {423, R"({"status":"error","message":"Locked"})", Outcome::unavailable, false, 2, "Locked"},
      {429, limited("DAILY"), Outcome::unavailable, false, 3600, "limit"},
      {429, limited("TEN_SECONDLY_ROLLING"), Outcome::unavailable, false, 10, "limit"},
      {429, limited("SECONDLY"), Outcome::unavailable, false, 1, "limit"},
      {429, R"({"status":"error","message":"limit","category":"RATE_LIMITS"})", Outcome::unavailable, false,
       10, "limit"},
      {477, "", Outcome::unavailable, false, 0, ""},
      {500, "", Outcome::unavailable, false, 0, ""},
      {502, "", Outcome::unavailable, false, 0, ""},
      {503, "", Outcome::unavailable, false, 0, ""},
      {504, "", Outcome::unavailable, false, 0, ""},
  };
  for (const Row& row : table) {
    INFO(row.status << " " << row.body);
    const auto outcome = classify_hubspot(crm_answer(row.status, row.body), {}, kCrmNow);
    const bool is_perhaps_wrong = row.outcome == Outcome::misconfigured && !row.every_lead;
    REQUIRE(outcome.may_be_the_leads_own == is_perhaps_wrong);
    REQUIRE(outcome.outcome == row.outcome);
    REQUIRE(outcome.concerns_every_lead == row.every_lead);
    REQUIRE(outcome.retry_after.value_or(Milliseconds{0}) == std::chrono::seconds{row.retry_after_s});
    REQUIRE(contains(outcome.detail, row.told));
    REQUIRE_FALSE(contains(outcome.detail, ".;"));
    REQUIRE(outcome.cause.empty() == (row.outcome == Outcome::delivered));
  }
}

TEST_CASE("a dead letter of HubSpot's names the property and keeps the person out of its cause") {
  const LeadFields lead{.email = "zoe@example"};
  const auto outcome = classify_hubspot(
      crm_answer(400, invalid("INVALID_EMAIL", "email", "Email address zoe@example is invalid")), lead,
      kCrmNow);
  REQUIRE(contains(outcome.cause, "email"));
  REQUIRE_FALSE(contains(outcome.cause, "zoe"));
  REQUIRE(outcome.shows_access);
}

TEST_CASE("HubSpot's own word on when to come again goes before the policy's") {
  const auto outcome =
      classify_hubspot(crm_answer(429, limited("DAILY"), {{"Retry-After", "90"}}), {}, kCrmNow);
  REQUIRE(outcome.retry_after == std::chrono::seconds{90});
}

TEST_CASE("HubSpot's preview is the request without the token") {
  const FakeClock clock(kCrmNow);
  HubSpot hubspot(options(), clock);
  const auto preview = hubspot.preview(crm_lead());
  const auto sent = play_attempt(hubspot, crm_lead(), {crm_answer(201, R"({"id":"77"})")}).requests[0];
  REQUIRE(preview.method == sent.method);
  REQUIRE(preview.url == sent.url);
  REQUIRE(preview.body == sent.body);
  REQUIRE(preview.rejected_because.empty());
  REQUIRE(http::find_header(preview.headers, "Authorization") == "Bearer ***");
}

TEST_CASE("a test of HubSpot tells token, scope, object, properties and key apart") {
  const FakeClock clock(kCrmNow);
  const auto missing =
      crm_answer(404, R"({"status":"error","message":"resource not found","category":"OBJECT_NOT_FOUND"})");
  Json all = Json::array();
  for (const auto& name : connector::hubspot_mapping().targets()) all.push_back({{"name", name}});
  const auto listed = [](const Json& results) { return crm_answer(200, Json{{"results", results}}.dump()); };
  SECTION("all is well") {
    HubSpot hubspot(options(), clock);
    const auto [steps, requests] = play_test(hubspot, {missing, listed(all)});
    REQUIRE(summary(steps) ==
            "token passed, permission to write contacts passed, columns passed, key passed");
    REQUIRE(requests[0].url == "https://api.hubapi.com/crm/v3/objects/contacts/0");
    REQUIRE(requests[0].max_answer_bytes == http::ClientRequest{}.max_answer_bytes);
    REQUIRE(requests[1].url == "https://api.hubapi.com/crm/v3/properties/contacts");
  }
  SECTION("what is no list has no properties") {
    HubSpot hubspot(options(), clock);
    Json table = Json::object();
    for (std::size_t i = 0; i < all.size(); ++i) table[std::to_string(i)] = all[i];
    const auto steps = play_test(hubspot, {missing, listed(table)}).result;
    REQUIRE(contains(summary(steps), "columns failed (mapping)"));
  }
  SECTION("a wrong token ends it") {
    HubSpot hubspot(options(), clock);
    REQUIRE(summary(play_test(hubspot, {crm_answer(401)}).result) == "token failed (token)");
  }
  SECTION("somebody else answers") {
    HubSpot hubspot(options(), clock);
    REQUIRE(summary(play_test(hubspot, {crm_answer(200, "<html>Sign in</html>")}).result) ==
            "address failed (url)");
  }
  SECTION("a scope is missing, and the properties may not be seen") {
    HubSpot hubspot(options(), clock);
    const auto steps =
        play_test(hubspot, {crm_answer(403, kMissingScopes), crm_answer(403, kMissingScopes)}).result;
    REQUIRE(summary(steps) == "token passed, permission to write contacts failed (token), columns unknown");
    REQUIRE(contains(steps[1].detail, "crm.objects.contacts.write"));
  }
  SECTION("a property does not exist, and the key is not unique") {
    HubSpot hubspot(options("leadspool_id"), clock);
    all.erase(all.size() - 1);
    all.push_back({{"name", "leadspool_id"}, {"hasUniqueValue", false}});
    const auto steps = play_test(hubspot, {missing, listed(all)}).result;
    REQUIRE(summary(steps) ==
            "token passed, permission to write contacts passed, columns failed (mapping), "
            "key failed (id_property)");
    REQUIRE(contains(steps[2].detail, "message"));
  }
  SECTION("HubSpot has trouble") {
    HubSpot hubspot(options(), clock);
    REQUIRE(summary(play_test(hubspot, {crm_answer(503)}).result) == "token unknown");
  }
  SECTION("HubSpot cannot be reached") {
    HubSpot hubspot(options(), clock);
    const auto steps = play_test(hubspot, {unreached()}).result;
    REQUIRE(summary(steps) == "address failed (url)");
    REQUIRE(contains(steps[0].detail, "could not be reached"));
  }
}
