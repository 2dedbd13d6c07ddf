#include "connector/marketo.h"

#include <nlohmann/json.hpp>

#include "connector/crm_fixture.h"

using namespace leadspool;
using namespace leadspool::test;
using connector::classify_marketo;
using connector::Marketo;
using connector::MarketoOptions;
using Json = nlohmann::json;

namespace {

MarketoOptions options(const std::string& lookup_field = "email") {
  MarketoOptions made;
  made.crm.url = "https://123-ABC-456.mktorest.com";
  made.crm.mapping = connector::marketo_mapping();
  made.crm.columns = connector::marketo_columns();
  made.auth.token_url = "https://123-ABC-456.mktorest.com/identity/oauth/token";
  made.auth.client_id = "leadspool";
  made.auth.client_secret = LiveSecret(Secret("very-secret"));
  made.auth.style = connector::OAuth2Auth::Style::query;
  made.lookup_field = lookup_field;
  return made;
}

http::ClientAnswer token(const std::string& text) {
  return crm_answer(200, R"({"access_token":")" + text + R"(","token_type":"bearer","expires_in":3599})");
}

// Of the whole request.
std::string failed(const std::string& code, const std::string& message) {
  return Json{{"requestId", "e42b#14272d07d78"},
              {"success", false},
              {"errors", Json::array({{{"code", code}, {"message", message}}})}}
      .dump();
}

// Of the one record in it.
std::string skipped(const std::string& code, const std::string& message) {
  const Json reasons = Json::array({{{"code", code}, {"message", message}}});
  return Json{{"success", true}, {"result", Json::array({{{"status", "skipped"}, {"reasons", reasons}}})}}
      .dump();
}

constexpr const char* kCreated = R"({"success":true,"result":[{"id":50,"status":"created"}]})";
constexpr const char* kUpdated = R"({"success":true,"result":[{"id":50,"status":"updated"}]})";

}  // namespace

TEST_CASE("Marketo is sent an upsert by the lookup field, with a token in the header") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  const auto [outcome, requests] =
      play_attempt(marketo, crm_lead(), {token("token-1"), crm_answer(200, kCreated)});
  REQUIRE(outcome.outcome == Outcome::delivered);
  REQUIRE(outcome.remote_id == "50");
  REQUIRE(requests[1].method == "POST");
  REQUIRE(requests[1].url == "https://123-ABC-456.mktorest.com/rest/v1/leads.json");
  REQUIRE(header(requests[1], "Authorization") == "Bearer token-1");
  REQUIRE(header(requests[1], "Content-Type") == "application/json");
  const Json body = Json::parse(requests[1].body);
  REQUIRE(body.at("action") == "createOrUpdate");
  REQUIRE(body.at("lookupField") == "email");
  REQUIRE(body.at("input").size() == 1);
  const Json& lead = body.at("input").at(0);
  REQUIRE(lead.at("email") == "zoe@example.com");
  REQUIRE(lead.at("lastName") == "Nguyễn-Müller 🚀");
  REQUIRE(lead.at("leadSource") == "AzureMarketplace-INS|contoso.analytics");
}

TEST_CASE("a lead without a value in Marketo's lookup field is not sent") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  LeadWithPayload lead = crm_lead();
  lead.fields.email.clear();
  const auto outcome = play_attempt(marketo, lead, {}).result;
  REQUIRE(outcome.outcome == Outcome::rejected);
  REQUIRE(contains(outcome.detail, "email"));
  REQUIRE(contains(marketo.preview(lead).rejected_because, "email"));
  Marketo by_own_field(options("leadspoolId"), clock);
  REQUIRE(contains(play_attempt(by_own_field, crm_lead(), {}).result.detail, "leadspoolId"));
}

TEST_CASE("text that is too long for Marketo's field is cut, and the attempt says so") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  LeadWithPayload lead = crm_lead();
  lead.fields.title = std::string(300, 'x');
  const auto [outcome, requests] = play_attempt(marketo, lead, {token("token-1"), crm_answer(200, kCreated)});
  REQUIRE(contains(outcome.detail, "title was cut from 300 to 255 characters"));
  REQUIRE(Json::parse(requests[1].body).at("input").at(0).at("title").get<std::string>().size() == 255);
}

TEST_CASE("a token that Marketo refuses with an answer of success is fetched anew, once") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  const auto refused = crm_answer(200, failed("602", "Access token expired"));
  SECTION("and then taken") {
    const auto [outcome, requests] = play_attempt(
        marketo, crm_lead(), {token("token-1"), refused, token("token-2"), crm_answer(200, kUpdated)});
    REQUIRE(outcome.outcome == Outcome::delivered);
    REQUIRE(header(requests[3], "Authorization") == "Bearer token-2");
  }
  SECTION("and then refused") {
    const auto outcome =
        play_attempt(marketo, crm_lead(), {token("token-1"), refused, token("token-2"), refused}).result;
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(outcome.concerns_every_lead);
    REQUIRE(contains(outcome.detail, "`client_secret`"));
  }
}

TEST_CASE("a lost answer of Marketo's may be repeated, and finds the person") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  const auto lost = play_attempt(marketo, crm_lead(), {token("token-1"), lost_answer()});
  REQUIRE(lost.result.outcome == Outcome::ambiguous);
  REQUIRE(lost.result.safe_to_repeat);
  const auto again = play_attempt(marketo, crm_lead(), {crm_answer(200, kUpdated)});
  REQUIRE(again.result.outcome == Outcome::delivered);
  REQUIRE(again.requests[0].body == lost.requests[1].body);
}

TEST_CASE("a person that Marketo may be at work on still is not sent again meanwhile") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  auto slow = lost_answer();
  slow.timed_out = true;
  REQUIRE(play_attempt(marketo, crm_lead(), {token("token-1"), slow}).result.retry_after ==
          std::chrono::minutes{1});
}

TEST_CASE("every documented code of Marketo's has its outcome") {
  struct Row {
    std::string body;
    Outcome outcome;
    bool every_lead;
    bool counted;
    int retry_after_s;  // 0: as the schedule has it
    std::string told;   // in the detail
  };
  const Row table[] = {
      {kCreated, Outcome::delivered, false, false, 0, ""},
      {kUpdated, Outcome::delivered, false, false, 0, ""},
      {failed("500", "Internal Server error"), Outcome::unavailable, false, true, 0, ""},
      {failed("502", "Bad Gateway"), Outcome::unavailable, false, true, 0, ""},
      {failed("600", "Empty access token"), Outcome::misconfigured, true, false, 0, "`client_id`"},
      {failed("601", "Access token invalid"), Outcome::misconfigured, true, false, 0, "LaunchPoint"},
      {failed("602", "Access token expired"), Outcome::misconfigured, true, false, 0, "LaunchPoint"},
      {failed("603", "Access denied"), Outcome::misconfigured, true, false, 0, "Read-Write Person"},
      {failed("604", "Request time-out"), Outcome::unavailable, false, true, 0, ""},
      {failed("605", "HTTP Method not supported"), Outcome::misconfigured, true, false, 0, "`url`"},
      {failed("606", "Max rate limit '100' exceeded with in '20' secs"), Outcome::unavailable, false, false,
       20, "606"},
      {failed("607", "Daily quota reached"), Outcome::unavailable, false, false, 3600, "00:00 CST"},
      {failed("608", "API Temporarily Unavailable"), Outcome::unavailable, false, false, 60, ""},
      {failed("609", "Invalid JSON"), Outcome::misconfigured, false, false, 0, "`url`"},
      {failed("610", "Requested resource not found"), Outcome::misconfigured, true, false, 0, "`url`"},
      {failed("611", "System error"), Outcome::unavailable, false, true, 0, ""},
      {failed("612", "Invalid Content Type"), Outcome::misconfigured, true, false, 0, "`url`"},
      {failed("614", "Invalid Subscription"), Outcome::unavailable, false, false, 60, ""},
      {failed("615", "Concurrent access limit reached"), Outcome::unavailable, false, false, 5, ""},
      {failed("616", "Invalid subscription type"), Outcome::misconfigured, false, false, 0, "616"},
      {failed("701", "email cannot be blank"), Outcome::rejected, false, false, 0, "email"},
      {failed("702", "No data found"), Outcome::misconfigured, false, false, 0, "702"},
      {failed("703", "The feature is not enabled"), Outcome::misconfigured, false, false, 0, "703"},
      {failed("704", "Invalid date format"), Outcome::rejected, false, false, 0, "704"},
      {failed("713", "Transient Error"), Outcome::unavailable, false, false, 60, ""},
      {failed("719", "Lock wait timeout exception"), Outcome::unavailable, false, false, 60, ""},
      {failed("1006", "Field 'shoeSize' not found"), Outcome::misconfigured, true, false, 0, "shoeSize"},
      {skipped("1001", "Invalid value 'x'. Required of type 'Integer'"), Outcome::rejected, false, false, 0,
       "1001"},
      {skipped("1002", "Missing value for the required parameter 'x'"), Outcome::rejected, false, false, 0,
       "1002"},
      {skipped("1003", "Invalid data"), Outcome::rejected, false, false, 0, "1003"},
      {skipped("1004", "Lead not found"), Outcome::rejected, false, false, 0, "1004"},
      {skipped("1005", "Lead already exists"), Outcome::rejected, false, false, 0, "1005"},
      {skipped("1006", "Field 'shoeSize' not found"), Outcome::misconfigured, true, false, 0,
       "Field Management"},
      {skipped("1007", "Multiple leads match the lookup criteria"), Outcome::rejected, false, false, 0,
       "1007"},
      {skipped("1008", "Access denied to partition 'x'"), Outcome::misconfigured, false, false, 0,
       "workspace"},
      {skipped("1009", "Partition name must be specified"), Outcome::misconfigured, false, false, 0,
       "workspace"},
      {skipped("1010", "Partition update not allowed"), Outcome::rejected, false, false, 0, "1010"},
      {failed("1011", "Field 'lastName' not supported"), Outcome::misconfigured, true, false, 0,
       "`lookup_field`"},
      {skipped("1021", "Company update not allowed"), Outcome::rejected, false, false, 0, "1021"},
      {failed("no code of Marketo's", "x"), Outcome::misconfigured, false, false, 0, "`url`"},
      {"<html>Welcome</html>", Outcome::misconfigured, false, false, 0, "`url`"},
      {R"({"success":true,"result":[]})", Outcome::misconfigured, false, false, 0, "`url`"},
  };
  for (const Row& row : table) {
    INFO(row.body);
    const auto outcome = classify_marketo(crm_answer(200, row.body), {}, kCrmNow);
    REQUIRE(outcome.outcome == row.outcome);
    REQUIRE(outcome.concerns_every_lead == row.every_lead);
    REQUIRE(outcome.counts_against_budget == row.counted);
    REQUIRE(outcome.retry_after.value_or(Milliseconds{0}) == std::chrono::seconds{row.retry_after_s});
    REQUIRE(contains(outcome.detail, row.told));
    REQUIRE(outcome.cause.empty() == (row.outcome == Outcome::delivered));
    REQUIRE(outcome.http_status == 200);
  }
}

TEST_CASE("Marketo's few errors by status mean what the status says") {
  REQUIRE(classify_marketo(crm_answer(413), {}, kCrmNow).outcome == Outcome::rejected);
  REQUIRE(classify_marketo(crm_answer(414), {}, kCrmNow).outcome == Outcome::rejected);
  REQUIRE(classify_marketo(crm_answer(503), {}, kCrmNow).outcome == Outcome::unavailable);
  REQUIRE(classify_marketo(crm_answer(404), {}, kCrmNow).outcome == Outcome::misconfigured);
}

TEST_CASE("every success is judged by what Marketo says in it") {
  for (const int status : {200, 201, 202, 204, 206}) {
    INFO(status);
    const auto outcome_of = [&](const std::string& body) {
      return classify_marketo(crm_answer(status, body), {}, kCrmNow).outcome;
    };
    REQUIRE(outcome_of(kCreated) == Outcome::delivered);
    REQUIRE(outcome_of(skipped("1003", "Invalid data")) == Outcome::rejected);
    REQUIRE(outcome_of("<html>Queued</html>") == Outcome::misconfigured);
    REQUIRE(outcome_of("") == Outcome::misconfigured);
  }
}

TEST_CASE("a refusal by status that is not Marketo's buries no lead") {
  for (const int status : {400, 409, 412, 422}) {
    INFO(status);
    const auto outcome = classify_marketo(crm_answer(status, "<html>Blocked</html>"), {}, kCrmNow);
    REQUIRE(outcome.outcome == Outcome::misconfigured);
    REQUIRE(outcome.may_be_the_leads_own);
  }
}

TEST_CASE("an answer of Marketo's that was cut off is ambiguous") {
  auto answer = crm_answer(200, R"({"success":true,"res)");
  answer.complete = false;
  answer.incomplete_because = "the connection broke";
  REQUIRE(classify_marketo(answer, {}, kCrmNow).outcome == Outcome::ambiguous);
}

TEST_CASE("causes of Marketo's differ by code and hold nothing of the person") {
  const LeadFields lead{.email = "zoe@example.com"};
  const auto outcome = classify_marketo(
      crm_answer(200, skipped("1003", "Invalid value zoe@example.com for field 'email'")), lead, kCrmNow);
  REQUIRE(contains(outcome.cause, "Marketo 1003"));
  REQUIRE(contains(outcome.cause, "email"));
  REQUIRE_FALSE(contains(outcome.cause, "zoe"));
}

TEST_CASE("Marketo's preview is the request without the token") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  const auto preview = marketo.preview(crm_lead());
  const auto sent =
      play_attempt(marketo, crm_lead(), {token("token-1"), crm_answer(200, kCreated)}).requests[1];
  REQUIRE(preview.url == sent.url);
  REQUIRE(preview.body == sent.body);
  REQUIRE(http::find_header(preview.headers, "Authorization") == "Bearer ***");
}

TEST_CASE("a test of Marketo tells token, role, key and fields apart") {
  const FakeClock clock(kCrmNow);
  Marketo marketo(options(), clock);
  Json fields = Json::array();
  for (const auto& name : connector::marketo_mapping().targets()) {
    fields.push_back({{"length", 255}, {"rest", {{"name", name}, {"readOnly", false}}}});
  }
  const auto described = [](const Json& result) {
    return crm_answer(200, Json{{"success", true}, {"result", result}}.dump());
  };
  const auto nobody = crm_answer(200, skipped("1004", "Lead not found"));
  SECTION("all is well, and nobody was made") {
    const auto [steps, requests] = play_test(marketo, {token("token-1"), nobody, described(fields)});
    REQUIRE(summary(steps) ==
            "token passed, permission to write people passed, columns passed, lengths passed");
    REQUIRE(Json::parse(requests[1].body).at("action") == "updateOnly");
    REQUIRE(requests[2].url == "https://123-ABC-456.mktorest.com/rest/v1/leads/describe.json");
  }
  SECTION("a wrong secret ends it") {
    const auto wrong = crm_answer(401, R"({"error":"invalid_client","error_description":"Bad client"})");
    REQUIRE(summary(play_test(marketo, {wrong}).result) == "token failed (client_secret)");
  }
  SECTION("the role may read only") {
    const auto denied = crm_answer(200, failed("603", "Access denied"));
    const auto steps = play_test(marketo, {token("token-1"), denied, described(fields)}).result;
    REQUIRE(summary(steps) ==
            "token passed, permission to write people failed (client_id), columns passed, lengths passed");
    REQUIRE(contains(steps[1].detail, "Users & Roles"));
  }
  SECTION("a field takes less than we would send") {
    fields[5]["length"] = 100;
    const auto steps = play_test(marketo, {token("token-1"), nobody, described(fields)}).result;
    REQUIRE(contains(summary(steps), "columns passed, lengths failed"));
    REQUIRE(contains(steps[3].detail, "title"));
  }
  SECTION("Marketo has no such lookup field") {
    const auto absent = crm_answer(200, failed("1006", "Field 'email' not found"));
    const auto steps = play_test(marketo, {token("token-1"), absent, described(fields)}).result;
    REQUIRE(summary(steps) ==
            "token passed, permission to write people passed, key failed (lookup_field), columns passed, "
            "lengths passed");
    REQUIRE(contains(steps[2].detail, "no field email"));
  }
  SECTION("a wrong client id is told from a wrong secret") {
    const auto wrong = crm_answer(401, R"({"error":"unauthorized","error_description":"No client"})");
    REQUIRE(summary(play_test(marketo, {wrong}).result) == "token failed (client_id)");
  }
  SECTION("there is no token endpoint") {
    REQUIRE(summary(play_test(marketo, {crm_answer(404)}).result) == "token failed (token_url)");
  }
  SECTION("Marketo cannot be reached") {
    REQUIRE(summary(play_test(marketo, {unreached()}).result) == "address failed (token_url)");
  }
  SECTION("people are not found by that field, and one field is read only") {
    const auto unsupported = crm_answer(200, failed("1011", "Field 'email' not supported"));
    fields[0]["rest"]["readOnly"] = true;
    const auto steps = play_test(marketo, {token("token-1"), unsupported, described(fields)}).result;
    REQUIRE(summary(steps) ==
            "token passed, permission to write people passed, key failed (lookup_field), "
            "columns failed (mapping), lengths passed");
  }
}
