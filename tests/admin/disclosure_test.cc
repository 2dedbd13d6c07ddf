// Personal data that is shown or given away, which the audit notes.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

admin::AdminOptions read_only_token() {
  return {.access = admin::Access::token, .tokens = {{"looker", sha256(kToken), admin::Role::read}}};
}

Uuid add_lead_with(AdminFixture& admin, const std::string& email, const std::string& payload) {
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields = {.first_name = "Anna <b>\u202e", .email = email};
  lead.receipt = StoreFixture::receipt(payload);
  lead.deliveries = {{"crm", std::nullopt}};
  return admin.add(lead);
}

}  // namespace

TEST_CASE("a lead is revealed to whoever may read, and the audit says to whom and why") {
  AdminFixture admin(read_only_token());
  const Uuid id = add_lead_with(admin, "anna@contoso.com", "{}");
  const auto response = admin.correct(id, "reveal", R"({"reason":"calling her back"})");
  REQUIRE(response.status == 200);
  const auto lead = Json::parse(response.body);
  REQUIRE(lead.at("masked") == false);
  REQUIRE(lead.at("email") == "anna@contoso.com");
  REQUIRE(lead.at("first_name") == "Anna <b>\u202e");
  REQUIRE(lead.at("audit").size() == 1);
  const auto noted = lead.at("audit").at(0);
  REQUIRE(noted.at("action") == "reveal");
  REQUIRE(noted.at("actor") == "looker");
  REQUIRE(noted.at("reason") == "calling her back");
  REQUIRE(admin.correct(id, "reveal").status == 200);
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("audit").size() == 2);
}

TEST_CASE("a reason of more than 2000 bytes is refused, and leaves no audit row") {
  AdminFixture admin(read_only_token());
  const Uuid id = admin.add_lead();
  const auto with_reason = [](std::size_t bytes) { return Json{{"reason", std::string(bytes, 'x')}}.dump(); };
  const auto refused = admin.correct(id, "reveal", with_reason(2'001));
  REQUIRE(error_code(refused) == "bad_body");
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("audit").empty());
  REQUIRE(admin.correct(id, "reveal", with_reason(2'000)).status == 200);
}

TEST_CASE("what cannot be revealed is told, and leaves no audit row") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  REQUIRE(admin.correct(id, "reveal", R"({"destination":"crm"})").status == 400);
  REQUIRE(admin.correct(id, "reveal", "[]").status == 400);
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("audit").empty());
  const auto unknown = admin.call("POST", "/api/v1/leads/1/reveal");
  REQUIRE(unknown.status == 404);
  REQUIRE(error_code(unknown) == "no_such_lead");
}

TEST_CASE("one person's data comes whole, with the bodies as they came, and each lead notes it") {
  AdminFixture admin(read_only_token());
  const Uuid text = add_lead_with(admin, "anna@contoso.com", R"({"Email":"anna@contoso.com"} )");
  const Uuid bytes = add_lead_with(admin, "ANNA@contoso.com", "\xff\xfe");
  add_lead_with(admin, "other@contoso.com", "{}");
  const auto response =
      admin.call("POST", "/api/v1/exports", {}, R"({"email":"anna@contoso.com","reason":"art. 15"})");
  REQUIRE(response.status == 200);
  const auto person = Json::parse(response.body);
  REQUIRE(person.at("email") == "anna@contoso.com");
  REQUIRE(person.at("exported_at") == "2026-01-01T00:00:00.000Z");
  REQUIRE(person.at("leads").size() == 2);
  const auto newest = person.at("leads").at(0);
  REQUIRE(newest.at("id") == to_string(bytes));
  REQUIRE(newest.at("payload_base64") == "//4=");
  REQUIRE_FALSE(newest.contains("payload_text"));
  const auto oldest = person.at("leads").at(1);
  REQUIRE(oldest.at("id") == to_string(text));
  REQUIRE(oldest.at("payload_text") == R"({"Email":"anna@contoso.com"} )");
  REQUIRE(oldest.at("first_name") == "Anna <b>\u202e");
  for (const Uuid& id : {text, bytes}) {
    const auto audit = admin.get_json(AdminFixture::path_of(id)).at("audit");
    REQUIRE(audit.size() == 1);
    REQUIRE(audit.at(0).at("action") == "export");
    REQUIRE(audit.at(0).at("reason") == "art. 15");
  }
}

TEST_CASE("an export of nobody's data has no leads, and one without an address is refused") {
  AdminFixture admin;
  const auto nobody = admin.call("POST", "/api/v1/exports", {}, R"({"email":"nobody@contoso.com"})");
  REQUIRE(nobody.status == 200);
  REQUIRE(Json::parse(nobody.body).at("leads") == Json::array());
  for (const char* body : {"{}", R"({"email":"contoso.com"})", R"({"email":"a@b.example","dry_run":true})"}) {
    const auto refused = admin.call("POST", "/api/v1/exports", {}, body);
    REQUIRE(refused.status == 400);
    REQUIRE(error_code(refused) == "bad_body");
  }
}

}  // namespace leadspool::test
