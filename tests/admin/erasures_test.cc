// Erasing one lead, or everything of one person, and what may be done with what is left.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

Uuid add_lead_of(AdminFixture& admin, const std::string& email, const std::string& destination = "crm") {
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields = {.first_name = "Anna", .email = email};
  lead.receipt = StoreFixture::receipt(R"({"UserDetails":{"Email":")" + email + "\"}}");
  lead.deliveries = {{destination, std::nullopt}};
  return admin.add(lead);
}

void deliver(AdminFixture& admin, const std::string& remote_id) {
  AttemptOutcome outcome;
  outcome.outcome = Outcome::delivered;
  outcome.remote_id = remote_id;
  for (const auto& claim : admin.claim()) REQUIRE(admin.finish(claim, outcome));
}

http::Response erase(AdminFixture& admin, const Json& body) {
  return admin.call("POST", "/api/v1/erasures", {}, body.dump());
}

}  // namespace

TEST_CASE("an erased lead is a tombstone that says when, who and why") {
  AdminFixture admin;
  const Uuid id = add_lead_of(admin, "anna@contoso.com");
  deliver(admin, "crm-7");
  admin.clock.advance(Milliseconds{1'000});
  const auto response = admin.call("DELETE", AdminFixture::path_of(id), {{"reason", "she asked for it"}});
  REQUIRE(response.status == 200);
  REQUIRE(Json::parse(response.body) ==
          Json{{"erased", {to_string(id)}},
               {"spared", Json::array()},
               {"elsewhere", {{{"lead", to_string(id)}, {"destination", "crm"}, {"remote_id", "crm-7"}}}},
               {"purging", true}});

  const auto lead = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(lead.at("erased_at") == "2026-01-01T00:00:01.000Z");
  for (const auto& field : kLeadFields) REQUIRE(lead.at(std::string(field.name)) == "");
  REQUIRE(lead.at("headers") == Json::object());
  REQUIRE(lead.at("remote_address") == "");
  REQUIRE(lead.at("payload").at("bytes") == 0);
  REQUIRE(lead.at("deliveries").at(0).at("state") == "delivered");
  REQUIRE(lead.at("audit").back().at("action") == "erase");
  REQUIRE(lead.at("audit").back().at("actor") == "api");
  REQUIRE(lead.at("audit").back().at("reason") == "she asked for it");
  REQUIRE(admin.get_json("/api/v1/leads").at("leads").at(0).at("erased_at") == "2026-01-01T00:00:01.000Z");
  REQUIRE(admin.get_json("/api/v1/status").at("purging") == true);
}

TEST_CASE("a lead that was never erased says so") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("erased_at").is_null());
  REQUIRE(admin.get_json("/api/v1/leads").at("leads").at(0).at("erased_at").is_null());
}

TEST_CASE("nothing can be done with an erased lead, and each try says so") {
  AdminFixture admin;
  const Uuid id = admin.add_erased_lead();
  for (const char* what : {"redrive", "release", "discard", "reveal"}) {
    const auto response = admin.correct(id, what);
    REQUIRE(response.status == 409);
    REQUIRE(error_code(response) == "erased");
  }
  const auto revised = admin.revise(id, {{"changes", {{"email", "a@b.example"}}}});
  REQUIRE(revised.status == 409);
  REQUIRE(error_code(revised) == "erased");
  REQUIRE(error_message(revised).find("2026-01-01T00:00:00.000Z") != std::string::npos);
  const auto payload = admin.get(AdminFixture::path_of(id) + "/payload");
  REQUIRE(payload.status == 409);
  REQUIRE(error_code(payload) == "erased");
  const auto preview = admin.get("/api/v1/destinations/crm/preview", {{"lead", to_string(id)}});
  REQUIRE(preview.status == 409);
  REQUIRE(error_code(preview) == "erased");
  const auto again = admin.call("DELETE", AdminFixture::path_of(id));
  REQUIRE(again.status == 409);
  REQUIRE(error_code(again) == "already_erased");
}

TEST_CASE("a lead is not revised if it is erased meanwhile") {
  AdminFixture admin;
  const Uuid id = admin.add_erased_lead();
  outbox::NewRevision revision;
  revision.changes_json = "{}";
  const auto result = admin.corrections.revise(id, revision, {"tester", ""});
  REQUIRE(std::get<outbox::NotPossible>(result).states == "it was erased");
}

TEST_CASE("a lead that is being tried cannot be erased, and one that is unknown neither") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  REQUIRE(admin.claim().size() == 1);
  const auto response = admin.call("DELETE", AdminFixture::path_of(id));
  REQUIRE(response.status == 409);
  REQUIRE(error_code(response) == "not_possible");
  REQUIRE(error_message(response).find("being tried") != std::string::npos);
  for (const char* unknown : {"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", "1", "\xff"}) {
    const auto refused = admin.call("DELETE", std::string("/api/v1/leads/") + unknown);
    REQUIRE(refused.status == 404);
    REQUIRE(error_code(refused) == "no_such_lead");
  }
  REQUIRE(admin.call("DELETE", AdminFixture::path_of(id), {{"raeson", "x"}}).status == 400);
}

TEST_CASE("a person is erased by the address, in whatever case, and nobody else") {
  AdminFixture admin;
  const Uuid first = add_lead_of(admin, "anna@contoso.com");
  deliver(admin, "");
  const Uuid second = add_lead_of(admin, "Anna@Contoso.COM");
  const Uuid other = add_lead_of(admin, "joanna@contoso.com");
  const Json order{{"email", " ANNA@contoso.com "}, {"reason", "she asked for it"}};

  Json dry = order;
  dry["dry_run"] = true;
  const auto would = erase(admin, dry);
  REQUIRE(would.status == 200);
  const auto told = Json::parse(would.body);
  REQUIRE(told.at("dry_run") == true);
  REQUIRE(told.at("would_erase") == Json{to_string(second), to_string(first)});
  const Json elsewhere{{{"lead", to_string(first)}, {"destination", "crm"}, {"remote_id", nullptr}}};
  REQUIRE(told.at("elsewhere") == elsewhere);
  REQUIRE(admin.get_json(AdminFixture::path_of(first)).at("erased_at").is_null());

  const auto done = Json::parse(erase(admin, order).body);
  REQUIRE(done.at("dry_run") == false);
  REQUIRE(done.at("erased").size() == 2);
  REQUIRE(done.at("elsewhere") == elsewhere);
  REQUIRE(done.at("purging") == true);
  REQUIRE(done.dump().find("contoso") == std::string::npos);
  REQUIRE_FALSE(admin.get_json(AdminFixture::path_of(second)).at("erased_at").is_null());
  REQUIRE(admin.get_json(AdminFixture::path_of(other)).at("erased_at").is_null());

  const auto again = Json::parse(erase(admin, order).body);
  REQUIRE(again.at("erased") == Json::array());
  REQUIRE(again.at("purging") == false);
}

TEST_CASE("an erasure needs a whole address, and takes nothing that it does not know") {
  AdminFixture admin;
  const Uuid id = add_lead_of(admin, "anna@contoso.com");
  for (const char* body :
       {"", "[]", "{}", R"({"email":""})", R"({"email":"@contoso.com"})", R"({"email":"anna@"})",
        R"({"email":"anna"})", R"({"email":"a b@contoso.com"})", R"({"email":7})",
        R"({"mail":"a@b.example"})", R"({"email":"anna@contoso.com","dry_run":1})",
        R"({"email":"anna@contoso.com","reason":[]})", "{\"email\":\"anna\xff@contoso.com\"}"}) {
    const auto response = admin.call("POST", "/api/v1/erasures", {}, body);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_body");
  }
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("erased_at").is_null());
}

TEST_CASE("a store that is only read erases nothing, but tells what would be erased") {
  StoreFixture store;
  admin::AdminApi api({.access = admin::Access::open, .tokens = {}}, {store.reader, store.overview}, {},
                      store.clock);
  http::Router router;
  api.add_routes(router);
  const Uuid id = store.add_lead();
  const auto call = [&](const std::string& method, const std::string& path, const std::string& body) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    return router.handle(request);
  };
  const std::string person = R"({"email":"a@b.example"})";
  for (const auto& refused :
       {call("DELETE", AdminFixture::path_of(id), ""), call("POST", "/api/v1/erasures", person),
        call("POST", "/api/v1/exports", person), call("POST", AdminFixture::path_of(id) + "/reveal", "")}) {
    REQUIRE(refused.status == 409);
    REQUIRE(error_code(refused) == "read_only");
  }
  REQUIRE(call("POST", "/api/v1/erasures", R"({"email":"a@b.example","dry_run":true})").status == 200);
}

}  // namespace leadspool::test
