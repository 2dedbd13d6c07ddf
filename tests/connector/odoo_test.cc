#include "connector/odoo.h"

#include <nlohmann/json.hpp>

#include "connector/crm_fixture.h"

using namespace leadspool;
using namespace leadspool::test;
using connector::classify_odoo;
using connector::Mapping;
using connector::Odoo;
using connector::OdooOptions;
using Json = nlohmann::json;

namespace {

OdooOptions options() {
  OdooOptions made;
  made.crm.url = "https://contoso.odoo.com";
  made.crm.mapping = connector::odoo_mapping();
  made.crm.columns = connector::odoo_columns();
  made.auth.token = LiveSecret(Secret("api-key"));
  made.auth.setting = "api_key";
  return made;
}

OdooOptions options_with_country() {
  OdooOptions made = options();
  made.crm.mapping = Mapping::of({{"name", "{{ offer_title }}"}, {"country_id", "{{ country }}"}});
  return made;
}

std::string exception(const std::string& name, const std::string& message) {
  return Json{{"name", name},
              {"message", message},
              {"arguments", Json::array({message})},
              {"context", Json::object()},
              {"debug", "Traceback"}}
      .dump();
}

const http::ClientAnswer kNone = crm_answer(200, "[]");

// What create() was asked to make.
Json created_values(const http::ClientRequest& request) {
  REQUIRE(request.url == "https://contoso.odoo.com/json/2/crm.lead/create");
  const Json body = Json::parse(request.body);
  REQUIRE(body.at("vals_list").size() == 1);
  return body.at("vals_list").at(0);
}

}  // namespace

TEST_CASE("Odoo is asked for the lead's marker, and then makes a lead that is nobody's") {
  const FakeClock clock(kCrmNow);
  OdooOptions configured = options();
  configured.database = "contoso";
  Odoo odoo(configured, clock);
  const auto [outcome, requests] = play_attempt(odoo, crm_lead(), {kNone, crm_answer(200, "[42]")});
  REQUIRE(outcome.outcome == Outcome::delivered);
  REQUIRE(outcome.remote_id == "42");

  REQUIRE(requests[0].url == "https://contoso.odoo.com/json/2/crm.lead/search");
  const Json search = Json::parse(requests[0].body);
  REQUIRE(search.at("domain") == Json::array({Json::array({"referred", "=", kCrmLeadId})}));
  // A lost lead is archived, and is there all the same.
  REQUIRE(search.at("context").at("active_test") == false);

  const Json lead = created_values(requests[1]);
  REQUIRE(lead.at("name") == "Contoso Analytics");
  REQUIRE(lead.at("type") == "lead");
  REQUIRE(lead.at("user_id") == false);
  REQUIRE(lead.at("referred") == kCrmLeadId);
  REQUIRE(lead.at("contact_name") == "Zoë Nguyễn-Müller 🚀");
  REQUIRE(lead.at("partner_name") == "株式会社コントソ");
  REQUIRE(lead.at("email_from") == "zoe@example.com");
  REQUIRE(lead.at("function") == "Geschäftsführerin");
  for (const auto& request : requests) {
    REQUIRE(request.method == "POST");
    REQUIRE(header(request, "Authorization") == "Bearer api-key");
    REQUIRE(header(request, "X-Odoo-Database") == "contoso");
  }
}

TEST_CASE("Odoo's description is HTML in which the lead's text is only text") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  const auto requests = play_attempt(odoo, crm_lead(), {kNone, crm_answer(200, "[42]")}).requests;
  const std::string description = created_values(requests[1]).at("description").get<std::string>();
  REQUIRE(contains(description, "Call &lt;me&gt; &amp; &quot;us&quot;<br>please<br><br>Lead source:"));
  REQUIRE(contains(description, "Country: Việt Nam"));
}

TEST_CASE("a name of blanks alone is left out for Odoo") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  LeadWithPayload lead = crm_lead();
  lead.fields.first_name.clear();
  lead.fields.last_name.clear();
  const auto requests = play_attempt(odoo, lead, {kNone, crm_answer(200, "[42]")}).requests;
  REQUIRE_FALSE(created_values(requests[1]).contains("contact_name"));
}

TEST_CASE("what the mapping says of kind and owner of Odoo's lead goes before ours") {
  const FakeClock clock(kCrmNow);
  OdooOptions configured = options();
  REQUIRE_FALSE(configured.crm.mapping.add_constants({{"type", "\"opportunity\""}, {"user_id", "7"}}));
  Odoo odoo(configured, clock);
  const auto requests = play_attempt(odoo, crm_lead(), {kNone, crm_answer(200, "[42]")}).requests;
  REQUIRE(created_values(requests[1]).at("type") == "opportunity");
  REQUIRE(created_values(requests[1]).at("user_id") == 7);
}

TEST_CASE("a lost answer of Odoo's, repeated, makes no second lead") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  const auto lost = play_attempt(odoo, crm_lead(), {kNone, lost_answer()}).result;
  REQUIRE(lost.outcome == Outcome::ambiguous);
  REQUIRE(lost.safe_to_repeat);
  const auto [again, requests] = play_attempt(odoo, crm_lead(), {crm_answer(200, "[42]")});
  REQUIRE(again.outcome == Outcome::delivered);
  REQUIRE(again.remote_id == "42");
  REQUIRE(requests.size() == 1);
}

TEST_CASE("nothing is made while Odoo does not say whether it has the lead") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  REQUIRE(play_attempt(odoo, crm_lead(), {crm_answer(503)}).result.outcome == Outcome::unavailable);
  REQUIRE(play_attempt(odoo, crm_lead(), {crm_answer(200, "<html>Login</html>")}).result.outcome ==
          Outcome::misconfigured);
}

TEST_CASE("only the id of a lead shows that Odoo has made it") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  for (const char* const body : {"[]", "true", R"(["42"])", "[[42]]", R"({"id":42})", "[4"}) {
    INFO(body);
    REQUIRE(play_attempt(odoo, crm_lead(), {kNone, crm_answer(200, body)}).result.outcome ==
            Outcome::misconfigured);
  }
  for (const int status : {201, 204}) {
    REQUIRE(play_attempt(odoo, crm_lead(), {crm_answer(status)}).result.outcome == Outcome::misconfigured);
  }
  // Somebody else's list is no lead that was found.
  REQUIRE(play_attempt(odoo, crm_lead(), {crm_answer(200, R"([{"name":"x"}])")}).result.outcome ==
          Outcome::misconfigured);
}

TEST_CASE("a lead that Odoo may be making still is looked for only when that must have ended") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  auto slow = lost_answer();
  slow.timed_out = true;
  const auto wait_after = [&](const http::ClientResult& created) {
    return play_attempt(odoo, crm_lead(), {kNone, created}).result.retry_after;
  };
  REQUIRE(wait_after(slow) == std::chrono::minutes{2});
  REQUIRE(wait_after(crm_answer(504)) == std::chrono::minutes{2});
  REQUIRE_FALSE(wait_after(lost_answer()));
  // A search makes nothing.
  REQUIRE_FALSE(play_attempt(odoo, crm_lead(), {slow}).result.retry_after);
}

TEST_CASE("a country that the mapping names is looked up in Odoo") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options_with_country(), clock);
  LeadWithPayload lead = crm_lead();
  SECTION("by its code") {
    lead.fields.country = "vn";
    const auto [outcome, requests] =
        play_attempt(odoo, lead, {kNone, crm_answer(200, "[241]"), crm_answer(200, "[42]")});
    REQUIRE(outcome.outcome == Outcome::delivered);
    REQUIRE(requests[1].url == "https://contoso.odoo.com/json/2/res.country/search");
    REQUIRE(Json::parse(requests[1].body).at("domain") == Json::array({Json::array({"code", "=", "VN"})}));
    REQUIRE(created_values(requests[2]).at("country_id") == 241);
  }
  SECTION("by its name") {
    const auto requests =
        play_attempt(odoo, lead, {kNone, kNone, crm_answer(200, "[241]"), crm_answer(200, "[42]")}).requests;
    REQUIRE(Json::parse(requests[2].body).at("domain") ==
            Json::array({Json::array({"name", "=ilike", "Việt Nam"})}));
    REQUIRE(created_values(requests[3]).at("country_id") == 241);
  }
  SECTION("and left out, with a note, when there is none") {
    lead.fields.country = "Atlantis";
    const auto [outcome, requests] = play_attempt(odoo, lead, {kNone, kNone, kNone, crm_answer(200, "[42]")});
    REQUIRE(outcome.outcome == Outcome::delivered);
    REQUIRE(contains(outcome.detail, "country_id was left out"));
    REQUIRE_FALSE(created_values(requests[3]).contains("country_id"));
  }
  SECTION("and the lead waits while that cannot be done") {
    const auto outcome = play_attempt(odoo, lead, {kNone, crm_answer(503)}).result;
    REQUIRE(outcome.outcome == Outcome::unavailable);
  }
}

TEST_CASE("every documented error of Odoo's has its outcome") {
  struct Row {
    int status;
    std::string body;
    Outcome outcome;
    bool every_lead;
    bool counted;
    std::string told;  // in the detail
  };
  const Row table[] = {
      {200, "[42]", Outcome::delivered, false, false, ""},
      {401, exception("werkzeug.exceptions.Unauthorized", "Invalid apikey"), Outcome::misconfigured, true,
       false, "`api_key`"},
      {401, "", Outcome::misconfigured, true, false, "three months"},
      {403, exception("odoo.exceptions.AccessDenied", "Access Denied"), Outcome::misconfigured, true, false,
       "`api_key`"},
      {403, exception("odoo.exceptions.AccessError", "You are not allowed to create 'Lead' records."),
       Outcome::misconfigured, true, false, "Sales > User"},
      {404, exception("werkzeug.exceptions.NotFound", "the model 'crm.lead' does not exist"),
       Outcome::misconfigured, true, false, "Apps > CRM"},
      {404, "<html><title>404 Not Found</title></html>", Outcome::misconfigured, true, false, "`database`"},
      {404, exception("odoo.exceptions.MissingError", "Record does not exist or has been deleted."),
       Outcome::misconfigured, false, false, "`constants`"},
      {422, exception("odoo.exceptions.ValidationError", "Missing required value for the field 'name'"),
       Outcome::rejected, false, false, "name"},
      {422, exception("odoo.exceptions.UserError", "The e-mail is not valid"), Outcome::rejected, false,
       false, "e-mail"},
      {422, exception("odoo.exceptions.RedirectWarning", "Set up a team first"), Outcome::rejected, false,
       false, "team"},
      {422,
       exception("werkzeug.exceptions.UnprocessableEntity", "got an unexpected keyword argument 'vals_list'"),
       Outcome::misconfigured, true, false, "version 19"},
      {500, exception("builtins.ValueError", "Invalid field 'shoe_size' in 'crm.lead'"),
       Outcome::misconfigured, true, false, "shoe_size"},
      {500, exception("builtins.ValueError", "Invalid field crm.lead.x_mark in condition ('x_mark', '=', 1)"),
       Outcome::misconfigured, true, false, "`marker_field`"},
      {500, exception("builtins.ValueError", "Wrong value for crm.lead.type: 'x'"), Outcome::rejected, false,
       false, "type"},
      {500, exception("builtins.TypeError", "unsupported operand"), Outcome::unavailable, false, true, ""},
      {500, exception("psycopg2.errors.SerializationFailure", "could not serialize access"),
       Outcome::unavailable, false, false, ""},
      {500, exception("psycopg2.errors.NumericValueOutOfRange", "integer out of range"), Outcome::unavailable,
       false, true, ""},
      {500, exception("psycopg2.pool.PoolError", "The Connection Pool Is Full"), Outcome::unavailable, false,
       false, ""},
      {500, exception("psycopg2.OperationalError", "could not connect"), Outcome::unavailable, false, false,
       ""},
      {429, "", Outcome::unavailable, false, false, ""},
      {502, "<html><title>502 Bad Gateway</title></html>", Outcome::unavailable, false, true, ""},
      {503, "", Outcome::unavailable, false, false, ""},
      {303, "", Outcome::misconfigured, false, false, ""},
  };
  for (const Row& row : table) {
    INFO(row.status << " " << row.body);
    const auto outcome = classify_odoo(crm_answer(row.status, row.body), {}, kCrmNow);
    REQUIRE(outcome.outcome == row.outcome);
    REQUIRE(outcome.concerns_every_lead == row.every_lead);
    REQUIRE(outcome.counts_against_budget == row.counted);
    REQUIRE(contains(outcome.detail, row.told));
    REQUIRE(outcome.cause.empty() == (row.outcome == Outcome::delivered));
  }
}

TEST_CASE("Odoo's throttling is waited for as told") {
  const auto outcome = classify_odoo(crm_answer(429, "", {{"Retry-After", "7"}}), {}, kCrmNow);
  REQUIRE(outcome.retry_after == std::chrono::seconds{7});
}

TEST_CASE("a lead without a name is not sent to Odoo") {
  const FakeClock clock(kCrmNow);
  OdooOptions configured = options();
  configured.crm.mapping = Mapping::of({{"name", "{{ offer_title }}"}});
  Odoo odoo(configured, clock);
  LeadWithPayload lead = crm_lead();
  lead.fields.offer_title.clear();
  const auto outcome = play_attempt(odoo, lead, {}).result;
  REQUIRE(outcome.outcome == Outcome::rejected);
  REQUIRE(contains(outcome.detail, "name"));
}

TEST_CASE("Odoo's preview is the request that makes the lead, without the key") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  const auto preview = odoo.preview(crm_lead());
  const auto sent = play_attempt(odoo, crm_lead(), {kNone, crm_answer(200, "[42]")}).requests[1];
  REQUIRE(preview.url == sent.url);
  REQUIRE(preview.body == sent.body);
  REQUIRE(http::find_header(preview.headers, "Authorization") == "Bearer ***");
}

TEST_CASE("a test of Odoo tells key, database, permission and fields apart") {
  const FakeClock clock(kCrmNow);
  Odoo odoo(options(), clock);
  Json fields = {{"referred", {{"type", "char"}}}};
  for (const auto& name : connector::odoo_mapping().targets()) fields[name] = {{"type", "char"}};
  const auto yes = crm_answer(200, "true");
  SECTION("all is well") {
    const auto [steps, requests] = play_test(odoo, {crm_answer(200, fields.dump()), yes});
    REQUIRE(summary(steps) == "token passed, permission to create leads passed, columns passed, key passed");
    REQUIRE(requests[0].url == "https://contoso.odoo.com/json/2/crm.lead/fields_get");
    REQUIRE(requests[1].url == "https://contoso.odoo.com/json/2/crm.lead/has_access");
  }
  SECTION("the key has lapsed") {
    const auto lapsed = crm_answer(401, exception("werkzeug.exceptions.Unauthorized", "Invalid apikey"));
    REQUIRE(summary(play_test(odoo, {lapsed}).result) == "token failed (api_key)");
  }
  SECTION("there is no such database") {
    REQUIRE(summary(play_test(odoo, {crm_answer(404, "<html></html>")}).result) ==
            "database failed (database)");
  }
  SECTION("the user may only read, and fields are missing") {
    fields.erase("referred");
    fields.erase("function");
    const auto steps = play_test(odoo, {crm_answer(200, fields.dump()), crm_answer(200, "false")}).result;
    REQUIRE(summary(steps) ==
            "token passed, permission to create leads failed (api_key), columns failed (mapping), "
            "key failed (marker_field)");
    REQUIRE(contains(steps[2].detail, "function"));
  }
  SECTION("an Odoo that does not tell of permissions") {
    const auto steps = play_test(odoo, {crm_answer(200, fields.dump()), crm_answer(404)}).result;
    REQUIRE(contains(summary(steps), "permission to create leads unknown"));
  }
  SECTION("a certificate that is refused is no fault of the key") {
    http::ClientFailure refused;
    refused.phase = http::FailurePhase::certificate;
    const auto steps = play_test(odoo, {refused}).result;
    REQUIRE(summary(steps) == "address failed (ca_file)");
  }
  SECTION("Odoo cannot be reached") {
    REQUIRE(summary(play_test(odoo, {unreached()}).result) == "address failed (url)");
  }
  SECTION("Odoo is there, but does not answer") {
    REQUIRE(summary(play_test(odoo, {lost_answer()}).result) == "database unknown");
  }
}
