// What people may change, and what they are told when they may not.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {

TEST_CASE("a redriven dead letter is due again with a fresh budget, its history and an audit row") {
  AdminFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  admin.clock.advance(Milliseconds{5'000});
  const auto response = admin.correct(id, "redrive", R"({"reason":"the field was added"})");
  REQUIRE(response.status == 200);
  const auto answer = nlohmann::json::parse(response.body);
  REQUIRE(answer.at("id") == to_string(id));
  REQUIRE(answer.at("destinations") == nlohmann::json{"crm"});
  REQUIRE(answer.at("state") == "pending");

  const auto lead = admin.get_json(AdminFixture::path_of(id));
  const auto delivery = lead.at("deliveries").at(0);
  REQUIRE(delivery.at("state") == "pending");
  REQUIRE(delivery.at("next_attempt_at") == "2026-01-01T00:00:05.000Z");
  REQUIRE(delivery.at("cause").is_null());
  REQUIRE(delivery.at("attempts").size() == 1);
  const auto audit = lead.at("audit").back();
  REQUIRE(audit.at("at") == "2026-01-01T00:00:05.000Z");
  REQUIRE(audit.at("actor") == "api");
  REQUIRE(audit.at("action") == "redrive");
  REQUIRE(audit.at("destination") == "crm");
  REQUIRE(audit.at("reason") == "the field was added");

  const auto claims = admin.claim();
  REQUIRE(claims.size() == 1);
  REQUIRE(claims.at(0).delivery.tries == 0);
  REQUIRE(claims.at(0).delivery.budget_spent == 0);
  REQUIRE(claims.at(0).delivery.attempt_count == 1);
}

TEST_CASE("a release lets every held delivery go, or the one that is named") {
  AdminFixture admin;
  const Uuid id = admin.add_held_lead({"a", "b", "c"});
  const auto one = nlohmann::json::parse(admin.correct(id, "release", R"({"destination":"b"})").body);
  REQUIRE(one.at("destinations") == nlohmann::json{"b"});
  const auto rest = nlohmann::json::parse(admin.correct(id, "release").body);
  REQUIRE(rest.at("destinations") == nlohmann::json{"a", "c"});
  const auto lead = admin.get_json(AdminFixture::path_of(id));
  for (const auto& delivery : lead.at("deliveries")) REQUIRE(delivery.at("state") == "pending");
}

TEST_CASE("a discarded delivery stays discarded, with who and why") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  const auto response = admin.correct(id, "discard", R"({"destination":null,"reason":"a competitor"})");
  REQUIRE(response.status == 200);
  REQUIRE(nlohmann::json::parse(response.body).at("state") == "discarded");
  REQUIRE(admin.claim().empty());
  REQUIRE(admin.get_json(AdminFixture::path_of(id)).at("audit").back().at("reason") == "a competitor");
  for (const char* what : {"redrive", "release", "discard"}) REQUIRE(admin.correct(id, what).status == 409);
}

TEST_CASE("what is not possible is told with the states and what would be") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  const auto response = admin.correct(id, "redrive");
  REQUIRE(response.status == 409);
  REQUIRE(error_code(response) == "not_possible");
  REQUIRE(error_message(response).find("crm is pending") != std::string::npos);
  REQUIRE(error_message(response).find("A redrive takes dead") != std::string::npos);
  REQUIRE(admin.correct(id, "discard", R"({"destination":"elsewhere"})").status == 409);
  REQUIRE(admin.delivery(id).state == State::pending);
}

TEST_CASE("a destination that the lead has no delivery to is answered with those that it has") {
  AdminFixture admin;
  const Uuid id = admin.add_held_lead({"crm", "erp"});
  const auto response = admin.correct(id, "redrive", R"({"destination":"cmr"})");
  REQUIRE(response.status == 409);
  REQUIRE(error_message(response) == "The lead has no delivery to \"cmr\": crm is held, erp is held.");
}

TEST_CASE("whoever would correct a lead that has no delivery is told that a revision makes them") {
  AdminFixture admin;
  const auto is_refused = [&](const Uuid& id, const std::string& what, const std::string& body) {
    const auto response = admin.correct(id, what, body);
    REQUIRE(response.status == 409);
    REQUIRE(error_code(response) == "not_possible");
    REQUIRE(error_message(response) == "This " + what +
                                           " is not possible: it has no delivery. A revision of the lead "
                                           "makes its deliveries, one that changes nothing too.");
  };
  for (const Uuid id : {admin.add_quarantined_lead(), admin.add_lead_without_deliveries()}) {
    for (const char* what : {"redrive", "release"}) {
      for (const char* body : {"", R"({"destination":"crm"})"}) is_refused(id, what, body);
    }
    is_refused(id, "discard", R"({"destination":"crm"})");
  }
  is_refused(admin.add_quarantined_lead(), "discard", "");
}

TEST_CASE("a lead that no destination wants is given up by a discard, once") {
  AdminFixture admin;
  const Uuid id = admin.add_lead_without_deliveries();
  const auto response = admin.correct(id, "discard", R"({"reason":"a competitor"})");
  REQUIRE(response.status == 200);
  const auto answer = nlohmann::json::parse(response.body);
  REQUIRE(answer.at("destinations") == nlohmann::json::array());
  REQUIRE(answer.at("state") == "discarded");
  const auto lead = admin.get_json(AdminFixture::path_of(id));
  REQUIRE(lead.at("unrouted") == false);
  REQUIRE(lead.at("audit").back().at("action") == "discard");
  REQUIRE(lead.at("audit").back().at("reason") == "a competitor");
  REQUIRE(admin.get_json("/api/v1/status").at("unrouted") == 0);
  REQUIRE(admin.correct(id, "discard").status == 409);
}

TEST_CASE("a delivery that is being tried cannot be discarded under the worker") {
  AdminFixture admin;
  const Uuid id = admin.add_lead();
  REQUIRE(admin.claim().size() == 1);
  const auto response = admin.correct(id, "discard");
  REQUIRE(response.status == 409);
  REQUIRE(error_message(response).find("crm is claimed") != std::string::npos);
}

TEST_CASE("a body that is not understood changes nothing") {
  AdminFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  for (const char* body :
       {"[]", "null", "{", "reason", R"({"destinaton":"crm"})", R"({"destination":7})",
        R"({"destination":""})", R"({"reason":["x"]})", "\xff", R"({"reason":"x"} tail)"}) {
    const auto response = admin.correct(id, "redrive", body);
    REQUIRE(response.status == 400);
    REQUIRE(error_code(response) == "bad_body");
  }
  REQUIRE(admin.call("POST", AdminFixture::path_of(id) + "/redrive", {{"destination", "crm"}}).status == 400);
  REQUIRE(admin.delivery(id).state == State::dead);
}

TEST_CASE("an unknown lead cannot be corrected") {
  AdminFixture admin;
  for (const char* id : {"0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", "garbage"}) {
    const auto response = admin.call("POST", std::string("/api/v1/leads/") + id + "/redrive");
    REQUIRE(response.status == 404);
    REQUIRE(error_code(response) == "no_such_lead");
  }
}

TEST_CASE("a lead is not corrected by looking") {
  AdminFixture admin;
  const Uuid id = admin.add_dead_lead("http_422");
  REQUIRE(admin.get(AdminFixture::path_of(id) + "/redrive").status == 405);
  REQUIRE(admin.delivery(id).state == State::dead);
}

TEST_CASE("without a writer every change is refused as read only") {
  StoreFixture store;
  const Uuid id = store.add_lead();
  admin::AdminApi api({.access = admin::Access::open, .tokens = {}}, {store.reader, store.overview}, {},
                      store.clock);
  http::Router router;
  api.add_routes(router);
  const std::string lead = AdminFixture::path_of(id);
  for (const auto& path :
       {lead + "/redrive", lead + "/release", lead + "/discard", lead + "/revisions",
        std::string("/api/v1/redrives"), std::string("/api/v1/redrives/x/cancel"),
        std::string("/api/v1/destinations/crm/pause"), std::string("/api/v1/destinations/crm/resume")}) {
    http::Request request;
    request.method = "POST";
    request.path = path;
    const auto response = router.handle(request);
    REQUIRE(response.status == 409);
    REQUIRE(error_code(response) == "read_only");
  }
}

}  // namespace leadspool::test
