// Corrections of a lead's fields: what they change, what they refuse, and what becomes of the deliveries.
#include "admin_fixture.h"
#include "lead/lead_parser.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

LeadFields fields_of_zoe() {
  LeadFields fields;
  fields.first_name = "Zoë";
  fields.email = "zoe@contoso.example";
  fields.phone = "1234";
  fields.lead_source = "SPZA-PLT|contoso.one";
  fields.publisher = "contoso";
  fields.offer_id = "one";
  fields.action_code = "PLT";
  return fields;
}

Uuid add_zoe(AdminFixture& admin) {
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields = fields_of_zoe();
  lead.receipt = StoreFixture::receipt();
  lead.deliveries = {{"crm", std::nullopt}};
  return admin.add(lead);
}

constexpr const char* kReadable =
    R"({"UserDetails":{"FirstName":"Ann","Email":"ann@contoso.example"},"LeadSource":"SPZA-INS|contoso.two"})";

}  // namespace

TEST_CASE("a revision changes the fields named, by either name in any case, and says what they were") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  admin.clock.advance(Milliseconds{5'000});
  const auto lead = admin.revised(
      id,
      {{"changes", {{"Email", "z@b.example"}, {"PHONE", nullptr}, {"title", "CEO"}}}, {"reason", "a typo"}});
  REQUIRE(lead.at("email") == "z@b.example");
  REQUIRE(lead.at("phone") == "");
  REQUIRE(lead.at("title") == "CEO");
  REQUIRE(lead.at("first_name") == "Zoë");
  const auto revision = lead.at("revisions").at(0);
  REQUIRE(revision == Json{{"number", 1},
                           {"at", "2026-01-01T00:00:05.000Z"},
                           {"actor", "api"},
                           {"reason", "a typo"},
                           {"changes",
                            {{"email", {{"from", "zoe@contoso.example"}, {"to", "z@b.example"}}},
                             {"phone", {{"from", "1234"}, {"to", ""}}},
                             {"title", {{"from", ""}, {"to", "CEO"}}}}},
                           {"has_payload", false},
                           {"disposition_before", "deliver"},
                           {"disposition_reason_before", nullptr}});
  REQUIRE(lead.at("audit").back().at("action") == "revise");
  REQUIRE(lead == admin.get_json(AdminFixture::path_of(id)));
  REQUIRE(admin.claim().at(0).lead.fields.email == "z@b.example");
}

TEST_CASE("a new payload is read as if it had been received, and changes go on top of it") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  const auto lead = admin.revised(id, {{"payload", kReadable}, {"changes", {{"first_name", "Anna"}}}});
  REQUIRE(lead.at("first_name") == "Anna");
  REQUIRE(lead.at("email") == "ann@contoso.example");
  REQUIRE(lead.at("phone") == "");
  REQUIRE(lead.at("offer_id") == "two");
  REQUIRE(lead.at("revisions").at(0).at("has_payload") == true);
  REQUIRE(lead.at("payload").at("sha256") == to_hex(sha256(R"({"UserDetails":{}})")));
  const auto path = AdminFixture::path_of(id) + "/payload";
  REQUIRE(admin.get(path).body == R"({"UserDetails":{}})");
  const auto revised = admin.get(path, {{"revision", "1"}});
  REQUIRE(revised.status == 200);
  REQUIRE(revised.body == kReadable);
  REQUIRE(http::find_header(revised.headers, "Content-Disposition").find("-revision-1.json") !=
          std::string_view::npos);
}

TEST_CASE("a payload of a revision that brought none is not there, and a number must be one") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  const auto path = AdminFixture::path_of(id) + "/payload";
  static_cast<void>(admin.revised(id, {{"changes", {{"phone", "1"}}}}));
  for (const char* absent : {"1", "2"}) {
    const auto response = admin.get(path, {{"revision", absent}});
    REQUIRE(response.status == 404);
    REQUIRE(error_code(response) == "no_such_payload");
  }
  for (const char* wrong : {"0", "-1", "one", "1 ", "99999999999"}) {
    const auto response = admin.get(path, {{"revision", wrong}});
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_parameter");
  }
  const auto stranger =
      admin.get("/api/v1/leads/0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f/payload", {{"revision", "1"}});
  REQUIRE(error_code(stranger) == "no_such_lead");
}

TEST_CASE("a new lead_source gives its pieces anew, except those that are given themselves") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  auto lead = admin.revised(id, {{"changes", {{"LeadSource", "SPZA-INS|fabrikam.two"}}}});
  REQUIRE(lead.at("publisher") == "fabrikam");
  REQUIRE(lead.at("offer_id") == "two");
  REQUIRE(lead.at("action_code") == "INS");
  lead = admin.revised(id, {{"changes", {{"offer_id", "mine"}, {"lead_source", "SPZA-INS|adatum.three"}}}});
  REQUIRE(lead.at("publisher") == "adatum");
  REQUIRE(lead.at("offer_id") == "mine");
  lead = admin.revised(id, {{"changes", {{"lead_source", "SPZA-INS|adatum.three"}, {"phone", "5"}}}});
  REQUIRE(lead.at("offer_id") == "mine");
  lead = admin.revised(id, {{"changes", {{"lead_source", "SPZA-DNC|a.b"}, {"action_code", ""}}}});
  REQUIRE(lead.at("publisher") == "a");
  REQUIRE(lead.at("offer_id") == "mine");
  REQUIRE(lead.at("action_code") == "");
  REQUIRE(lead.at("revisions").size() == 4);
}

TEST_CASE("an action that only lead_source tells counts, so that nobody who asked not to be contacted is") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead();
  const auto lead =
      admin.revised(id, {{"changes", {{"lead_source", "SPZA-DNC|contoso.one"}, {"email", "a@b.example"}}}});
  REQUIRE(lead.at("disposition") == "do_not_contact");
  REQUIRE(lead.at("deliveries").at(0).at("state") == "held");
  REQUIRE(lead.at("deliveries").at(0).at("held_reason") == lead.at("disposition_reason"));
}

TEST_CASE("a quarantined lead that is given a readable body is delivered as that says") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead();
  REQUIRE(admin.claim().empty());
  const auto lead = admin.revised(id, {{"payload", kReadable}, {"reason", "a comma was missing"}});
  REQUIRE(lead.at("disposition") == "deliver");
  REQUIRE(lead.at("disposition_reason").is_null());
  REQUIRE(lead.at("deliveries").size() == 1);
  REQUIRE(lead.at("deliveries").at(0).at("state") == "pending");
  REQUIRE(admin.get(AdminFixture::path_of(id) + "/payload").body == "{broken");
  const auto claims = admin.claim();
  REQUIRE(claims.size() == 1);
  REQUIRE(claims.at(0).lead.id == id);
  REQUIRE(claims.at(0).lead.disposition == Disposition::deliver);
  REQUIRE(claims.at(0).lead.fields.first_name == "Ann");
  REQUIRE(claims.at(0).lead.fields.offer_id == "two");
}

TEST_CASE("a quarantined lead is repaired by its fields alone, too") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead();
  static_cast<void>(admin.revised(id, {{"changes", {{"email", "a@b.example"}}}}));
  REQUIRE(admin.claim().at(0).lead.fields.email == "a@b.example");
}

TEST_CASE("an empty revision takes a lead that was quarantined with readable fields as it is") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead(fields_of_zoe());
  const auto response = admin.correct(id, "revisions");
  REQUIRE(response.status == 200);
  const auto lead = Json::parse(response.body);
  REQUIRE(lead.at("disposition") == "deliver");
  REQUIRE(lead.at("revisions").at(0).at("changes") == Json::object());
  REQUIRE(admin.claim().at(0).lead.fields == fields_of_zoe());
}

TEST_CASE("a quarantined lead of a source that is gone stays so until its source is back") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead({}, "gone");
  const auto response = admin.revise(id, {{"payload", kReadable}});
  REQUIRE(response.status == 409);
  REQUIRE(error_code(response) == "no_destination");
  REQUIRE(error_message(response).find("its source \"gone\" is not in the configuration, or no destination "
                                       "wants it") != std::string::npos);
  admin.destinations.clear();
  REQUIRE(error_message(admin.revise(id, {{"payload", kReadable}}))
              .find("the configuration has no destination at all. Mend it") != std::string::npos);
  const auto lead = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(lead.at("disposition") == "quarantined");
  REQUIRE(lead.at("revisions").empty());
}

TEST_CASE(
    "a lead that came while there was no destination is delivered after a revision, even an empty one") {
  AdminFixture admin;
  const Uuid plain = admin.add_lead_without_deliveries();
  auto lead = Json::parse(admin.correct(plain, "revisions").body);
  REQUIRE(lead.at("deliveries").at(0).at("state") == "pending");
  REQUIRE(admin.claim().at(0).lead.id == plain);
  REQUIRE(error_code(admin.correct(plain, "revisions")) == "no_change");

  const Uuid test_lead = admin.add_lead_without_deliveries(Disposition::test, "a test");
  lead = admin.revised(test_lead, {{"changes", {{"email", "c@d.example"}}}});
  REQUIRE(lead.at("disposition") == "test");
  REQUIRE(lead.at("deliveries").at(0).at("state") == "pending");

  const Uuid silent = admin.add_lead_without_deliveries(Disposition::do_not_contact, "DNC");
  lead = Json::parse(admin.correct(silent, "revisions").body);
  REQUIRE(lead.at("disposition") == "do_not_contact");
  REQUIRE(lead.at("deliveries").at(0).at("state") == "held");
  REQUIRE(lead.at("deliveries").at(0).at("held_reason") == "DNC");
}

TEST_CASE("who revises a lead that may have arrived already is warned that the old version may stay") {
  struct Row {
    AttemptOutcome outcome;
    bool is_warned;
  };
  const std::vector<Row> rows{{{.outcome = Outcome::ambiguous, .cause = "x"}, true},
                              {{.outcome = Outcome::unavailable, .counts_against_budget = true}, true},
                              {{.outcome = Outcome::unavailable}, false},
                              {{.outcome = Outcome::misconfigured}, false},
                              {{.outcome = Outcome::rejected, .cause = "x"}, false}};
  for (const auto& [outcome, is_warned] : rows) {
    AdminFixture admin;
    INFO(to_string(outcome.outcome));
    const Uuid id = add_zoe(admin);
    REQUIRE(admin.finish(admin.claim().at(0), outcome));
    const auto lead = admin.revised(id, {{"changes", {{"phone", "2"}}}});
    REQUIRE(lead.contains("warnings") == is_warned);
    if (!is_warned) continue;
    REQUIRE(lead.at("warnings").size() == 1);
    REQUIRE(
        lead.at("warnings").at(0).get<std::string>().starts_with("crm may have the lead as it was before"));
    REQUIRE_FALSE(admin.get_json(AdminFixture::path_of(id)).contains("warnings"));
  }
}

TEST_CASE("no one is warned of a delivery that is done") {
  AdminFixture admin;
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.receipt = StoreFixture::receipt();
  lead.deliveries = {{"crm", std::nullopt}, {"erp", "waits"}};
  const Uuid id = admin.add(lead);
  REQUIRE(admin.finish(admin.claim().at(0), {.outcome = Outcome::ambiguous}));
  static_cast<void>(admin.corrections.discard(id, "crm", {"ada", ""}));
  REQUIRE_FALSE(admin.revised(id, {{"changes", {{"phone", "2"}}}}).contains("warnings"));
}

TEST_CASE("who turns a lead into one that is not to be contacted, or back, is told what stays") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  const auto warnings = admin.revised(id, {{"changes", {{"action_code", "DNC"}}}}).at("warnings");
  REQUIRE(warnings.size() == 1);
  REQUIRE(warnings.at(0).get<std::string>().find("discard") != std::string::npos);
  REQUIRE_FALSE(admin.revised(id, {{"changes", {{"action_code", "INS"}}}}).contains("warnings"));
}

TEST_CASE("a try that the process did not survive is one that may have arrived") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  REQUIRE(admin.claim().size() == 1);
  REQUIRE(admin.expire() == 1);
  REQUIRE(admin.revised(id, {{"changes", {{"phone", "2"}}}}).at("warnings").size() == 1);
}

TEST_CASE("a quarantined lead that would have no field stays quarantined") {
  AdminFixture admin;
  const Uuid unreadable = admin.add_quarantined_lead();
  const Uuid readable = admin.add_quarantined_lead({.phone = "1"});
  const std::vector<std::pair<Uuid, Json>> revisions{{unreadable, Json::object()},
                                                     {unreadable, {{"changes", {{"email", ""}}}}},
                                                     {unreadable, {{"payload", R"({"UserDetails":{}})"}}},
                                                     {readable, {{"changes", {{"phone", nullptr}}}}}};
  for (const auto& [id, body] : revisions) {
    const auto response = admin.revise(id, body);
    REQUIRE(response.status == 422);
    REQUIRE(error_code(response) == "no_field");
    REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("disposition") == "quarantined");
  }
}

TEST_CASE("a dead lead is revised and redriven in one go") {
  AdminFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  auto lead = admin.revised(id, {{"changes", {{"company", "Contoso"}}}});
  REQUIRE(lead.at("deliveries").at(0).at("state") == "dead");
  lead =
      admin.revised(id, {{"changes", {{"company", "Contoso Ltd"}}}, {"redrive", true}, {"reason", "asked"}});
  REQUIRE(lead.at("deliveries").at(0).at("state") == "pending");
  REQUIRE(lead.at("audit").back().at("action") == "redrive");
  REQUIRE(lead.at("audit").back().at("reason") == "asked");
  REQUIRE(admin.claim().at(0).lead.fields.company == "Contoso Ltd");
}

TEST_CASE("a redrive along with a revision is no failure where nothing is dead") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  const auto lead = admin.revised(id, {{"changes", {{"phone", "2"}}}, {"redrive", true}});
  REQUIRE(lead.at("deliveries").at(0).at("state") == "pending");
}

TEST_CASE("a revision that would change nothing is an error") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  for (const Json& body : {Json::object(), Json{{"changes", {{"phone", "1234"}}}}, Json{{"redrive", true}},
                           Json{{"changes", {{"title", nullptr}}}, {"reason", "why not"}}}) {
    const auto response = admin.revise(id, body);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "no_change");
  }
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("revisions").empty());
}

TEST_CASE("a payload that cannot be read changes nothing and says where it is wrong") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead();
  const std::vector<std::pair<std::string, std::string>> payloads{
      {"{\"UserDetails\":", "not_json"},
      {"[]", "not_an_object"},
      {"{\"a\":1}", "no_known_field"},
      {"", "empty_payload"},
      {std::string("{\"Description\":\"\0\"}", 19), "nul_byte"}};
  for (const auto& [payload, code] : payloads) {
    const auto response = admin.revise(id, {{"payload", payload}});
    REQUIRE(response.status == 422);
    REQUIRE(error_code(response) == code);
    REQUIRE_FALSE(error_message(response).empty());
  }
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("disposition") == "quarantined");
}

TEST_CASE("a delivered, discarded or claimed lead and a probe are not revised") {
  AdminFixture admin;
  std::vector<Uuid> leads{admin.place(State::delivered).lead, admin.place(State::discarded).lead,
                          admin.place(State::claimed).lead};
  outbox::NewLead probe;
  probe.source = "marketplace";
  probe.disposition = Disposition::probe;
  probe.disposition_reason = "empty body: a connectivity test";
  probe.receipt = StoreFixture::receipt("");
  leads.push_back(admin.add(probe));
  for (const auto& id : leads) {
    const auto response = admin.revise(id, {{"changes", {{"email", "a@b.example"}}}});
    REQUIRE(response.status == 409);
    REQUIRE(error_code(response) == "not_possible");
    REQUIRE_FALSE(Json::parse(response.body).at("error").at("states").get<std::string>().empty());
    REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("revisions").empty());
  }
}

TEST_CASE("a revision made from what somebody changed meanwhile is overtaken") {
  AdminFixture admin;
  const Uuid id = admin.add_quarantined_lead();
  // The configuration is asked between the reading of the lead and its revision, where somebody steps in.
  admin::ServiceView view;
  view.new_deliveries = [&](const Lead&) {
    outbox::NewRevision other;
    other.fields.email = "other@b.example";
    other.changes_json = "{}";
    other.deliveries = {{"crm", std::nullopt}};
    static_cast<void>(admin.corrections.revise(id, other, {"other", ""}));
    return std::vector<outbox::NewDelivery>{};
  };
  admin::AdminApi api(AdminFixture::with_token(), admin.doors_of_admin(), std::move(view), admin.clock);
  admin.router = {};
  api.add_routes(admin.router);
  const auto response = admin.revise(id, {{"changes", {{"email", "mine@b.example"}}}});
  REQUIRE(response.status == 409);
  REQUIRE(error_code(response) == "overtaken");
  const auto lead = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(lead.at("email") == "other@b.example");
  REQUIRE(lead.at("revisions").size() == 1);
}

TEST_CASE("an unknown lead cannot be revised") {
  AdminFixture admin;
  for (const char* id : {"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", "garbage"}) {
    const auto response = admin.call("POST", std::string("/api/v1/leads/") + id + "/revisions");
    REQUIRE(response.status == 404);
    REQUIRE(error_code(response) == "no_such_lead");
  }
}

TEST_CASE("a revision that is not understood changes nothing") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  const std::string too_long(kLongestText + 1, 'x');
  for (const std::string& body :
       {std::string("[]"), std::string("null"), std::string("{"), std::string(R"({"changes":[]})"),
        std::string(R"({"changes":{"email":7}})"), std::string(R"({"changes":{"email":"a\u0000b"}})"),
        std::string(R"({"changes":{"email":"a","Email":"b"}})"),
        std::string("{\"changes\":{\"email\":\"\xff\"}}"), std::string(R"({"changes":{"email":"\ud800"}})"),
        std::string(R"({"payload":{}})"), std::string(R"({"redrive":"yes"})"), std::string(R"({"reason":1})"),
        R"({"changes":{"email":")" + too_long + "\"}}"}) {
    const auto response = admin.correct(id, "revisions", body);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_body");
  }
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("revisions").empty());
  const std::string longest(kLongestText, 'x');
  REQUIRE(admin.revised(id, {{"changes", {{"email", longest}}}}).at("email") == longest);
}

TEST_CASE("a mistyped member or field is answered with what was meant and what is known") {
  AdminFixture admin;
  const Uuid id = add_zoe(admin);
  const auto field = error_message(admin.revise(id, {{"changes", {{"emial", "a@b.example"}}}}));
  REQUIRE(field.find("\"emial\"; did you mean email?") != std::string::npos);
  REQUIRE(field.find("first_name, last_name, email") != std::string::npos);
  const auto member = error_message(admin.revise(id, {{"change", Json::object()}}));
  REQUIRE(member.find("did you mean changes? Known are changes, payload, reason, redrive.") !=
          std::string::npos);
  REQUIRE(error_message(admin.revise(id, {{"zzz", 1}})).find("; known are changes") != std::string::npos);
}

}  // namespace leadspool::test
