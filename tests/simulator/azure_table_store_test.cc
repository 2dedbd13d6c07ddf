// The simulated table service of Azure storage over real sockets.
#include <nlohmann/json.hpp>

#include "simulator/running_crm.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kSas = "?sv=2019-02-02&tn=leads&sp=ra&sig=token";
constexpr const char* kDate = "Thu, 01 Jan 2026 00:00:00 GMT";

Json entity() {
  return {{"PartitionKey", "2026-01-01"},
          {"RowKey", "lead-1"},
          {"OfferDisplayName", "Contoso 🚀"},
          {"CustomerInfo", R"({"FirstName":"Zoë","Company":"株式会社"})"},
          {"CreatedTime", "2026-01-01T00:00:00Z"},
          {"CreatedTime@odata.type", "Edm.DateTime"}};
}

struct Store : RunningCrm {
  Store() : RunningCrm("/azure_table") {}

  [[nodiscard]] http::ClientAnswer insert(const Json& sent = entity(),
                                          std::vector<http::Header> headers = {}) const {
    return call("POST", std::string("/leads") + kSas, sent.dump(), std::move(headers));
  }
  // Signed as the service documents it.
  [[nodiscard]] http::ClientAnswer signed_call(const std::string& method, const std::string& path,
                                               const std::string& body, const std::string& signature) const {
    return call(method, path, body,
                {{"x-ms-date", kDate},
                 {"x-ms-version", "2019-02-02"},
                 {"Authorization", "SharedKeyLite leadspool:" + signature}});
  }
};

bool is_error(const http::ClientAnswer& answer, int status, const std::string& code) {
  const Json error = Json::parse(answer.body).at("odata.error");
  return answer.status == status && error.at("code") == code && error.at("message").at("lang") == "en-US" &&
         error.at("message").at("value").get<std::string>().find("\nRequestId:") != std::string::npos;
}

}  // namespace

TEST_CASE("an Azure entity is inserted once") {
  Store store;
  const auto inserted = store.insert();
  REQUIRE(inserted.status == 201);
  REQUIRE(Json::parse(inserted.body).at("CustomerInfo") == entity().at("CustomerInfo"));
  REQUIRE(is_error(store.insert(), 409, "EntityAlreadyExists"));

  const Json held = store.get("/records");
  REQUIRE(held.at("count") == 1);
  REQUIRE(held.at("records").at(0).at("key") == "2026-01-01/lead-1");
  REQUIRE(held.at("records").at(0).at("times_received") == 2);
  REQUIRE(held.at("records").at(0).at("lead") == entity());
}

TEST_CASE("who prefers it gets no content from Azure") {
  Store store;
  const auto inserted = store.insert(entity(), {{"Prefer", "return-no-content"}});
  REQUIRE(inserted.status == 204);
  REQUIRE(inserted.body.empty());
  REQUIRE(http::find_header(inserted.headers, "Preference-Applied") == "return-no-content");
}

TEST_CASE("Azure takes a shared access signature for what it permits") {
  Store store;
  store.advance(std::chrono::hours{1});
  struct Case {
    const char* query;
    const char* code;
  };
  for (const auto& each : {Case{"?sv=2019-02-02&sig=other", "AuthenticationFailed"},
                           Case{"?sv=2019-02-02&tn=other&sig=token", "AuthenticationFailed"},
                           Case{"?sv=2019-02-02&se=2026-01-01T01:00:00Z&sig=token", "AuthenticationFailed"},
                           Case{"?sv=2019-02-02&se=soon&sig=token", "AuthenticationFailed"},
                           Case{"?sv=2019-02-02&sp=r&sig=token", "AuthorizationPermissionMismatch"}}) {
    REQUIRE(
        is_error(store.call("POST", std::string("/leads") + each.query, entity().dump()), 403, each.code));
  }
  REQUIRE(is_error(store.call("POST", "/leads", entity().dump()), 401, "NoAuthenticationInformation"));
  REQUIRE(is_error(store.call("POST", "/leads?sig=token", entity().dump()), 415, "JsonFormatNotSupported"));
  REQUIRE(store.count() == 0);
  const char* good = "?sv=2019-02-02&tn=Leads&se=2026-01-01T01:00:01Z&sp=a&sig=token";
  REQUIRE(store.call("POST", std::string("/leads") + good, entity().dump()).status == 201);
  REQUIRE(
      is_error(store.call("GET", std::string("/leads()") + good), 403, "AuthorizationPermissionMismatch"));
}

TEST_CASE("Azure checks a signature made with the account's key") {
  Store store;
  // HMAC-SHA256 with the key "secret", reckoned by another program.
  const std::string for_leads = "0aNyGY8J3m4jtCAu9OtPfCi0xzqwHQUwDvRhBV02MSs=";
  const std::string for_table = "pK0kgjkZNugaxLnD+rVPFq5YJJdgM92D3/FGWC/REss=";
  REQUIRE(store.signed_call("POST", "/leads", entity().dump(), for_leads).status == 201);
  REQUIRE(store.signed_call("GET", "/Tables('leads')", {}, for_table).status == 200);
  REQUIRE(
      is_error(store.signed_call("POST", "/leads", entity().dump(), for_table), 403, "AuthenticationFailed"));
  store.set(R"({"client_secret":"b3RoZXI="})");
  REQUIRE(
      is_error(store.signed_call("POST", "/leads", entity().dump(), for_leads), 403, "AuthenticationFailed"));
  store.set(R"({"client_secret":"no base64"})");
  REQUIRE(
      is_error(store.signed_call("POST", "/leads", entity().dump(), for_leads), 403, "AuthenticationFailed"));
}

TEST_CASE("Azure knows the tables that were made") {
  Store store;
  const std::string query = "?sv=2019-02-02&sig=token";
  REQUIRE(is_error(store.call("POST", "/people" + query, entity().dump()), 404, "TableNotFound"));
  REQUIRE(is_error(store.call("GET", "/Tables('people')" + query), 404, "ResourceNotFound"));
  REQUIRE(store.call("POST", "/Tables" + query, R"({"TableName":"People"})").status == 201);
  REQUIRE(is_error(store.call("POST", "/Tables" + query, R"({"TableName":"people"})"), 409,
                   "TableAlreadyExists"));
  REQUIRE(is_error(store.call("POST", "/Tables" + query, "{}"), 400, "InvalidInput"));
  REQUIRE(store.call("GET", "/Tables('people')" + query).status == 200);
  REQUIRE(store.call("POST", "/people" + query, entity().dump()).status == 201);
}

TEST_CASE("an Azure entity is read by its keys") {
  Store store;
  REQUIRE(store.insert().status == 201);
  const auto path = [](const std::string& row) {
    return "/leads(PartitionKey='2026-01-01',RowKey='" + row + "')" + kSas;
  };
  REQUIRE(Json::parse(store.call("GET", path("lead-1")).body) == entity());
  REQUIRE(is_error(store.call("GET", path("lead-2")), 404, "ResourceNotFound"));
  REQUIRE(
      Json::parse(store.call("GET", std::string("/leads()") + kSas + "&$top=1").body).at("value").empty());
  REQUIRE(is_error(store.call("GET", "/people()?sv=2019-02-02&sig=token"), 404, "TableNotFound"));
}

TEST_CASE("Azure refuses an entity that is none") {
  Store store;
  const auto with = [](const std::string& name, const Json& value) {
    Json changed = entity();
    changed[name] = value;
    return changed;
  };
  Json keyless = entity();
  keyless.erase("RowKey");
  REQUIRE(is_error(store.insert(keyless), 400, "PropertiesNeedValue"));
  REQUIRE(is_error(store.insert(with("RowKey", nullptr)), 400, "PropertiesNeedValue"));
  REQUIRE(is_error(store.insert(with("RowKey", "a/b")), 400, "OutOfRangeInput"));
  REQUIRE(is_error(store.insert(with("RowKey", std::string(513, 'x'))), 400, "KeyValueTooLarge"));
  REQUIRE(is_error(store.insert(with("shoe-size", "9")), 400, "PropertyNameInvalid"));
  REQUIRE(is_error(store.insert(with("9", "9")), 400, "PropertyNameInvalid"));
  REQUIRE(is_error(store.insert(with(std::string(256, 'x'), "9")), 400, "PropertyNameTooLong"));
  REQUIRE(
      is_error(store.insert(with("Description", std::string(32'769, 'x'))), 400, "PropertyValueTooLarge"));
  REQUIRE(is_error(store.insert(with("Description", Json::array())), 400, "InvalidInput"));
  REQUIRE(is_error(store.insert(with("CreatedTime", "yesterday")), 400, "InvalidInput"));
  REQUIRE(is_error(store.insert(Json::array()), 400, "InvalidInput"));
  Json wide = entity();
  for (int i = 0; i < 260; ++i) wide["P" + std::to_string(i)] = i;
  REQUIRE(is_error(store.insert(wide), 400, "TooManyProperties"));
  store.set(R"({"fields":["OfferDisplayName","CustomerInfo","CreatedTime"]})");
  REQUIRE(is_error(store.insert(with("ShoeSize", "9")), 400, "PropertyNameInvalid"));
  REQUIRE(store.count() == 0);
  REQUIRE(store.insert(with("OfferDisplayName", std::string(32'768, 'x'))).status == 201);
}

TEST_CASE("Azure says in its own words what a fault makes it say") {
  struct Case {
    const char* fault;
    int status;
    const char* code;
  };
  for (const auto& each :
       {Case{R"({"mode":"refuse"})", 503, "ServerBusy"}, Case{R"({"mode":"throttle"})", 503, "ServerBusy"},
        Case{R"({"mode":"quota"})", 429, "TooManyRequests"},
        Case{R"({"mode":"error"})", 500, "InternalError"},
        Case{R"({"mode":"error","status":504})", 504, "InternalError"},
        Case{R"({"mode":"reject"})", 400, "InvalidInput"},
        Case{R"({"mode":"unauthorized"})", 403, "AuthenticationFailed"},
        Case{R"({"mode":"forbid"})", 403, "AuthorizationFailure"}}) {
    Store store;
    store.set_fault(each.fault);
    REQUIRE(is_error(store.insert(), each.status, each.code));
    REQUIRE(store.count() == 0);
  }
  Store store;
  store.set_fault(R"({"mode":"throttle","retry_after_s":7})");
  REQUIRE(http::find_header(store.insert().headers, "Retry-After") == "7");
  store.set_fault(R"({"mode":"drop_answer","count":1})");
  REQUIRE(std::holds_alternative<http::ClientFailure>(
      store.try_call("POST", std::string("/leads") + kSas, entity().dump())));
  REQUIRE(is_error(store.insert(), 409, "EntityAlreadyExists"));
}

}  // namespace leadspool::test
