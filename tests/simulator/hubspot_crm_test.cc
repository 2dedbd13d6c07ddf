// The simulated HubSpot over real sockets.
#include <nlohmann/json.hpp>

#include "simulator/running_crm.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kContacts = "/crm/v3/objects/contacts";
constexpr const char* kContact =
    R"({"properties":{"email":"Zoe@example.com","firstname":"Zoë","lastname":"Nguyễn-Müller 🚀","company":"株式会社"}})";

struct HubSpot : RunningCrm {
  HubSpot() : RunningCrm("/hubspot") {}

  [[nodiscard]] http::ClientAnswer ask(const std::string& method, const std::string& path,
                                       const std::string& body = {},
                                       const std::string& token = "token") const {
    return call(method, path, body, {{"Authorization", "Bearer " + token}});
  }
  [[nodiscard]] http::ClientAnswer create(const std::string& body = kContact) const {
    return ask("POST", kContacts, body);
  }
};

std::string first_code(const http::ClientAnswer& answer) {
  return Json::parse(answer.body).at("errors").at(0).at("code");
}

}  // namespace

TEST_CASE("a HubSpot contact is created once, and the second time its id is named") {
  HubSpot crm;
  const auto created = crm.create();
  REQUIRE(created.status == 201);
  const Json contact = Json::parse(created.body);
  REQUIRE(contact.at("properties").at("lastname") == "Nguyễn-Müller 🚀");
  const std::string id = contact.at("id");

  const auto again = crm.create(R"({"properties":{"email":"zoe@EXAMPLE.com"}})");
  REQUIRE(again.status == 409);
  const Json conflict = Json::parse(again.body);
  REQUIRE(conflict.at("status") == "error");
  REQUIRE(conflict.at("category") == "CONFLICT");
  REQUIRE(conflict.at("message") == "Contact already exists. Existing ID: " + id);
  REQUIRE_FALSE(conflict.at("correlationId").get<std::string>().empty());

  const Json held = crm.get("/records");
  REQUIRE(held.at("count") == 1);
  REQUIRE(held.at("records").at(0).at("times_received") == 2);
  REQUIRE(held.at("records").at(0).at("key") == "zoe@example.com");
  REQUIRE(held.at("records").at(0).at("lead").at("company") == "株式会社");
}

TEST_CASE("a HubSpot contact is changed by its id or its e-mail address, on the dated paths, too") {
  HubSpot crm;
  const std::string id = Json::parse(crm.create().body).at("id");
  const char* change = R"({"properties":{"jobtitle":"CTO"}})";
  REQUIRE(crm.ask("PATCH", std::string(kContacts) + "/" + id, change).status == 200);
  const auto changed =
      crm.ask("PATCH", "/crm/objects/2026-03/contacts/zoe%40example.com?idProperty=email", change);
  REQUIRE(changed.status == 200);
  REQUIRE(Json::parse(changed.body).at("properties").at("firstname") == "Zoë");
  REQUIRE(Json::parse(changed.body).at("properties").at("jobtitle") == "CTO");
  REQUIRE(crm.ask("GET", std::string(kContacts) + "/" + id).status == 200);

  const auto missing = crm.ask("PATCH", std::string(kContacts) + "/9", change);
  REQUIRE(missing.status == 404);
  REQUIRE(Json::parse(missing.body).at("category") == "OBJECT_NOT_FOUND");
  REQUIRE(crm.create(R"({"properties":{"email":"other@example.com"}})").status == 201);
  REQUIRE(
      crm.ask("PATCH", std::string(kContacts) + "/" + id, R"({"properties":{"email":"other@example.com"}})")
          .status == 409);
}

TEST_CASE("a HubSpot batch makes or changes contacts by a property of one's own") {
  HubSpot crm;
  const std::string upsert = std::string(kContacts) + "/batch/upsert";
  const char* batch =
      R"({"inputs":[{"idProperty":"leadspool_id","id":"lead-1","properties":{"email":"one@example.com"}}]})";
  const auto made = crm.ask("POST", upsert, batch);
  REQUIRE(made.status == 200);
  REQUIRE(Json::parse(made.body).at("results").at(0).at("new") == true);
  const auto again = crm.ask("POST", upsert, batch);
  REQUIRE(again.status == 200);
  REQUIRE(Json::parse(again.body).at("results").at(0).at("new") == false);
  REQUIRE(crm.count() == 1);

  const auto partly = crm.ask("POST", upsert, R"({"inputs":[
      {"idProperty":"leadspool_id","id":"lead-2","properties":{"email":"one@example.com"}},
      {"idProperty":"leadspool_id","id":"lead-3","properties":{"email":"three"}},
      {"idProperty":"leadspool_id","id":"lead-4","properties":{"lastname":"Four"}}]})");
  REQUIRE(partly.status == 207);
  const Json told = Json::parse(partly.body);
  REQUIRE(told.at("numErrors") == 2);
  REQUIRE(told.at("errors").at(0).at("category") == "CONFLICT");
  REQUIRE(told.at("errors").at(1).at("errors").at(0).at("code") == "INVALID_EMAIL");
  REQUIRE(told.at("results").size() == 1);

  const auto unknown = crm.ask(
      "POST", upsert, R"({"inputs":[{"idProperty":"nothing_id","id":"lead-1","properties":{"phone":"1"}}]})");
  REQUIRE(unknown.status == 400);
  REQUIRE(first_code(unknown) == "PROPERTY_DOESNT_EXIST");
  REQUIRE(crm.ask("POST", upsert, R"({"inputs":[]})").status == 400);
}

TEST_CASE("HubSpot refuses properties that it does not have, and e-mail addresses that are none") {
  HubSpot crm;
  const auto unknown = crm.create(R"({"properties":{"email":"a@example.com","shoe_size":"9"}})");
  REQUIRE(unknown.status == 400);
  const Json error = Json::parse(unknown.body);
  REQUIRE(error.at("category") == "VALIDATION_ERROR");
  REQUIRE(error.at("errors").at(0).at("context").at("propertyName").at(0) == "shoe_size");
  const std::string message = error.at("message");
  REQUIRE(message.starts_with("Property values were not valid: [{"));
  REQUIRE(message.find(R"(Property \"shoe_size\" does not exist)") != std::string::npos);

  crm.set(R"({"fields":["email","shoe_size"]})");
  REQUIRE(crm.create(R"({"properties":{"email":"a@example.com","shoe_size":"9"}})").status == 201);
  for (const char* address : {"a", "a@", "@b.de", "a b@c.de", "a@b", "a@b..de", "a@b@c.de"}) {
    const auto refused = crm.create(Json{{"properties", {{"email", address}}}}.dump());
    REQUIRE(refused.status == 400);
    REQUIRE(first_code(refused) == "INVALID_EMAIL");
  }
  crm.set(R"({"fields":["email","company"]})");
  for (const char* body :
       {R"({"properties":{"company":"Contoso"}})", R"({"properties":{}})", "{}", "[]", "{"}) {
    REQUIRE(crm.create(body).status == 400);
  }
  REQUIRE(crm.count() == 1);
}

TEST_CASE("HubSpot lists its properties, and which are unique") {
  HubSpot crm;
  for (const char* path : {"/crm/v3/properties/contacts", "/crm/properties/2026-03/contacts"}) {
    const auto listed = crm.ask("GET", path);
    REQUIRE(listed.status == 200);
    const Json results = Json::parse(listed.body).at("results");
    bool has_own = false;
    for (const auto& property : results) {
      if (property.at("name") == "leadspool_id") has_own = property.at("hasUniqueValue");
    }
    REQUIRE(has_own);
  }
}

TEST_CASE("HubSpot takes its token and no other") {
  HubSpot crm;
  for (const char* token : {"", "other"}) {
    const auto refused = crm.ask("POST", kContacts, kContact, token);
    REQUIRE(refused.status == 401);
    REQUIRE(Json::parse(refused.body).at("category") == "INVALID_AUTHENTICATION");
  }
  crm.set(R"({"token":"other"})");
  REQUIRE(crm.ask("POST", kContacts, kContact, "other").status == 201);
}

TEST_CASE("HubSpot says in its own words what a fault makes it say") {
  struct Case {
    const char* fault;
    int status;
    const char* member;
    const char* word;
  };
  for (const auto& each : {Case{R"({"mode":"refuse"})", 503, "status", "error"},
                           Case{R"({"mode":"error"})", 500, "status", "error"},
                           Case{R"({"mode":"error","status":502})", 502, "status", "error"},
                           Case{R"({"mode":"throttle"})", 429, "policyName", "TEN_SECONDLY_ROLLING"},
                           Case{R"({"mode":"quota"})", 429, "policyName", "DAILY"},
                           Case{R"({"mode":"reject"})", 400, "category", "VALIDATION_ERROR"},
                           Case{R"({"mode":"unauthorized"})", 401, "category", "INVALID_AUTHENTICATION"},
                           Case{R"({"mode":"forbid"})", 403, "category", "MISSING_SCOPES"}}) {
    HubSpot crm;
    crm.set_fault(each.fault);
    const auto answer = crm.create();
    REQUIRE(answer.status == each.status);
    REQUIRE(Json::parse(answer.body).at(each.member) == each.word);
    REQUIRE(crm.count() == 0);
  }
}

TEST_CASE("HubSpot tells its limits in headers") {
  HubSpot crm;
  REQUIRE(http::find_header(crm.create().headers, "X-HubSpot-RateLimit-Max") == "190");
  crm.set_fault(R"({"mode":"throttle","retry_after_s":4})");
  const auto throttled = crm.create();
  REQUIRE(http::find_header(throttled.headers, "X-HubSpot-RateLimit-Remaining") == "0");
  REQUIRE(http::find_header(throttled.headers, "Retry-After") == "4");
}

TEST_CASE("HubSpot has the contact whose answer was lost, and none that was cut off") {
  HubSpot crm;
  crm.set_fault(R"({"mode":"reset","count":1})");
  REQUIRE(std::holds_alternative<http::ClientFailure>(
      crm.try_call("POST", kContacts, kContact, {{"Authorization", "Bearer token"}})));
  REQUIRE(crm.count() == 0);
  crm.set_fault(R"({"mode":"drop_answer","count":1})");
  REQUIRE(std::holds_alternative<http::ClientFailure>(
      crm.try_call("POST", kContacts, kContact, {{"Authorization", "Bearer token"}})));
  REQUIRE(crm.count() == 1);
  REQUIRE(crm.create().status == 409);
}

}  // namespace leadspool::test
