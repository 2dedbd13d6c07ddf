// What is left of personal data when it is masked.
#include "admin/lead_masking.h"

#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

struct Case {
  std::string text;
  std::string masked;
};

}  // namespace

TEST_CASE("a masked name shows its first character, and a single one nothing") {
  const std::vector<Case> cases{{"", ""},
                                {"Anna", "A•••"},
                                {"  Anna", "A•••"},
                                {"Ångström", "Å•••"},
                                {"李小龙", "李•••"},
                                {"O", "•••"},
                                {"李", "•••"},
                                {"محمد", "م•••"},
                                {"😀🙂", "😀•••"},
                                {"\u202eanna", "a•••"},
                                {"\u200b\ufeff", "•••"},
                                {"<script>", "<•••"},
                                {"\xff\xfe", "\xff•••"}};
  for (const auto& each : cases) REQUIRE(admin::masked_name(each.text) == each.masked);
}

TEST_CASE("a masked e-mail address shows its domain, however odd it is") {
  const std::vector<Case> cases{{"", ""},
                                {"anna@contoso.com", "a•••@contoso.com"},
                                {"a@contoso.com", "•••@contoso.com"},
                                {"@contoso.com", "•••@contoso.com"},
                                {"anna", "a•••"},
                                {"\"anna@home\"@contoso.com", "\"•••@contoso.com"},
                                {"anna@", "a•••@"},
                                {"ärne@münchen.example", "ä•••@münchen.example"},
                                {"\u202eanna@contoso.com", "a•••@contoso.com"}};
  for (const auto& each : cases) REQUIRE(admin::masked_email(each.text) == each.masked);
}

TEST_CASE("a masked phone number shows two digits, and a short one none") {
  const std::vector<Case> cases{{"", ""},
                                {"+1 425 555 0142", "•••42"},
                                {"(425) 555-01-4-2 ext.", "•••42"},
                                {"110", "•••"},
                                {"12345", "•••"},
                                {"123456", "•••56"},
                                {"call me", "•••"}};
  for (const auto& each : cases) REQUIRE(admin::masked_phone(each.text) == each.masked);
}

TEST_CASE("a masked lead shows nobody's data, and still where it came from and what failed") {
  AdminFixture admin;
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields = {.first_name = "Anna",
                 .last_name = "Andersson",
                 .email = "anna@contoso.com",
                 .phone = "+1 425 555 0142",
                 .country = "SE",
                 .company = "Contoso",
                 .title = "CTO",
                 .offer_title = "Widgets",
                 .description = "call Anna"};
  lead.receipt = StoreFixture::receipt();
  lead.receipt.headers_json = R"({"X-Name":"Anna"})";
  lead.receipt.remote_address = "203.0.113.7";
  lead.deliveries = {{"crm", std::nullopt}};
  const Uuid id = admin.add(lead);
  admin.revised(id, {{"changes", {{"email", "anna@fabrikam.com"}, {"title", "CEO"}}}});

  const auto shown = admin.get_json(AdminFixture::path_of(id), {{"masked", "true"}});
  REQUIRE(shown.at("masked") == true);
  REQUIRE(shown.at("first_name") == "A•••");
  REQUIRE(shown.at("last_name") == "A•••");
  REQUIRE(shown.at("email") == "a•••@fabrikam.com");
  REQUIRE(shown.at("phone") == "•••42");
  REQUIRE(shown.at("description") == "•••");
  REQUIRE(shown.at("company") == "Contoso");
  REQUIRE(shown.at("title") == "CEO");
  REQUIRE(shown.at("country") == "SE");
  REQUIRE(shown.at("offer_title") == "Widgets");
  REQUIRE(shown.at("headers") == nlohmann::json{{"X-Name", "•••"}});
  REQUIRE(shown.at("remote_address") == "•••");
  const auto changes = shown.at("revisions").at(0).at("changes");
  REQUIRE(changes.at("email") == nlohmann::json{{"from", "a•••@contoso.com"}, {"to", "a•••@fabrikam.com"}});
  REQUIRE(changes.at("title") == nlohmann::json{{"from", "CTO"}, {"to", "CEO"}});
  for (const char* secret : {"Anna", "anna@", "0142", "203.0.113.7"}) {
    REQUIRE(shown.dump().find(secret) == std::string::npos);
  }

  const auto listed = admin.get_json("/api/v1/leads", {{"masked", "true"}}).at("leads").at(0);
  REQUIRE(listed.at("email") == "a•••@fabrikam.com");
  REQUIRE(admin.get_json("/api/v1/leads").at("leads").at(0).at("email") == "anna@fabrikam.com");
  const auto plain = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(plain.at("masked") == false);
  REQUIRE(plain.at("first_name") == "Anna");
  REQUIRE(plain.at("headers").at("X-Name") == "Anna");
}

TEST_CASE("what a CRM answered is masked, but not why it failed") {
  outbox::LeadDetail lead;
  lead.headers_json = "{}";
  lead.view.deliveries.resize(1);
  lead.view.deliveries[0].attempts.resize(2);
  lead.view.deliveries[0].attempts[0].detail = "missing required field company";
  lead.view.deliveries[0].attempts[0].answer_excerpt = "Anna has no company";
  const auto shown = admin::masked(lead).view.deliveries[0].attempts;
  REQUIRE(shown[0].detail == "missing required field company");
  REQUIRE(shown[0].answer_excerpt == "•••");
  REQUIRE(shown[1].answer_excerpt.empty());
}

TEST_CASE("the mark of a test lead is nobody's name") {
  outbox::LeadView lead;
  lead.lead.fields.first_name = "MSFT_TEST_636573304831318844";
  lead.lead.fields.last_name = "Somebody";
  const auto shown = admin::masked(lead).lead.fields;
  REQUIRE(shown.first_name == "MSFT_TEST_636573304831318844");
  REQUIRE(shown.last_name == "S•••");
}

TEST_CASE("a masked lead says so only when it was asked for in the one way there is") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  REQUIRE(admin.get(AdminFixture::path_of(id), {{"masked", "1"}}).status == 400);
  REQUIRE(admin.get_json(AdminFixture::path_of(id), {{"masked", ""}}).at("masked") == false);
}

}  // namespace leadspool::test
