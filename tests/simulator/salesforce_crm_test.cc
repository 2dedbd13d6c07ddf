// The simulated Salesforce over TLS: what it answers is what its documentation says.
#include "simulator/salesforce_crm.h"

#include "base/digest.h"
#include "simulator/running.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

const std::string kObject = "/salesforce/services/data/v61.0/sobjects/Lead";
const std::string kById = "/LeadspoolId__c/lead-1";
constexpr const char* kLead = R"({"LastName":"Ünal","Company":"Contoso","Email":"u@example.com"})";

std::string basic(const std::string& credentials) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(credentials.data());
  return "Basic " + to_base64({bytes, credentials.size()});
}

class Salesforce : public Running {
 public:
  http::ClientAnswer ask_for_token(const std::string& form, const std::string& authorization = {}) const {
    std::vector<http::Header> headers{{"Content-Type", "application/x-www-form-urlencoded"}};
    if (!authorization.empty()) headers.push_back({"Authorization", authorization});
    return send("POST", "/salesforce/services/oauth2/token", form, std::move(headers));
  }

  http::ClientAnswer call(const std::string& method, const std::string& path, const std::string& body = {},
                          std::vector<http::Header> headers = {}) {
    if (token_.empty()) {
      const auto issued = ask_for_token("grant_type=client_credentials", basic("leadspool:secret"));
      token_ = nlohmann::json::parse(issued.body).at("access_token");
    }
    headers.push_back({"Authorization", "Bearer " + token_});
    headers.push_back({"Content-Type", "application/json"});
    return send(method, path, body, std::move(headers));
  }

  http::ClientAnswer upsert(const std::string& lead = kLead, std::vector<http::Header> headers = {}) {
    return call("PATCH", kObject + kById, lead, std::move(headers));
  }

  [[nodiscard]] nlohmann::json records() const { return get("/salesforce/records"); }

 private:
  std::string token_;
};

nlohmann::json error_of(const http::ClientAnswer& answer) {
  const auto errors = nlohmann::json::parse(answer.body);
  if (!errors.is_array() || errors.size() != 1) throw std::runtime_error(answer.body);
  return errors.at(0);
}

}  // namespace

TEST_CASE("Salesforce creates a lead by its External ID, and then updates it") {
  Salesforce crm;
  const auto created = crm.upsert();
  REQUIRE(created.status == 201);
  const auto first = nlohmann::json::parse(created.body);
  REQUIRE(first.at("success") == true);
  REQUIRE(first.at("created") == true);
  REQUIRE(first.at("errors") == nlohmann::json::array());
  REQUIRE(first.at("id").get<std::string>().size() == 18);
  REQUIRE(first.at("id").get<std::string>().starts_with("00Q"));

  const auto updated = crm.upsert(R"({"Company":"Fabrikam"})");
  REQUIRE(updated.status == 200);
  REQUIRE(nlohmann::json::parse(updated.body).at("created") == false);
  REQUIRE(nlohmann::json::parse(updated.body).at("id") == first.at("id"));
  REQUIRE(crm.records().at("count") == 1);
  const auto lead = crm.records().at("records").at(0).at("lead");
  REQUIRE(lead.at("LastName") == "Ünal");
  REQUIRE(lead.at("Company") == "Fabrikam");
  REQUIRE(lead.at("LeadspoolId__c") == "lead-1");
}

TEST_CASE("Salesforce answers 300 where several leads have the same External ID") {
  Salesforce crm;
  crm.put("/salesforce/settings", R"({"fields":["LastName","Company","Email","OtherId__c"]})");
  const std::string lead = R"({"LastName":"One","Company":"Contoso","OtherId__c":"lead-1"})";
  const std::string by_id = kObject + "/OtherId__c/lead-1";
  REQUIRE(crm.call("POST", kObject, lead).status == 201);
  REQUIRE(crm.call("PATCH", by_id, kLead).status == 200);
  REQUIRE(crm.call("POST", kObject, lead).status == 201);
  const auto several = crm.call("PATCH", by_id, R"({"LastName":"Two"})");
  REQUIRE(several.status == 300);
  const auto urls = nlohmann::json::parse(several.body);
  REQUIRE(urls.size() == 2);
  REQUIRE(urls.at(0) == kObject + "/" + crm.records().at("records").at(0).at("id").get<std::string>());
  REQUIRE(crm.records().at("records").at(0).at("lead").at("LastName") == "Ünal");
}

TEST_CASE("of a unique External ID Salesforce takes no value twice") {
  Salesforce crm;
  crm.upsert();
  const auto refused =
      crm.call("POST", kObject, R"({"LastName":"One","Company":"Contoso","LeadspoolId__c":"lead-1"})");
  REQUIRE(refused.status == 400);
  REQUIRE(error_of(refused).at("errorCode") == "DUPLICATE_VALUE");
  REQUIRE(crm.records().at("count") == 1);
}

TEST_CASE("a lead posted to Salesforce without an External ID is always a new one") {
  Salesforce crm;
  REQUIRE(crm.call("POST", kObject, kLead).status == 201);
  REQUIRE(crm.call("POST", kObject, kLead).status == 201);
  REQUIRE(crm.records().at("count") == 2);
  REQUIRE(crm.get("/salesforce/settings").at("tokens_issued") == 1);
}

TEST_CASE("Salesforce refuses a lead in its own words, and names the fields") {
  struct Case {
    std::string lead;
    std::string code;
    std::string message;
    nlohmann::json fields;
  };
  const std::string crown = "\xF0\x9F\x91\x91";  // two UTF-16 units
  std::string crowns;
  for (int i = 0; i < 20; ++i) crowns += crown;
  const auto with = [](const std::string& more) {
    return R"({"LastName":"One","Company":"C",)" + more + "}";
  };
  Salesforce crm;
  for (const auto& each :
       {Case{"{}",
             "REQUIRED_FIELD_MISSING",
             "Required fields are missing: [LastName, Company]",
             {"LastName", "Company"}},
        Case{R"({"LastName":"","Company":"C"})",
             "REQUIRED_FIELD_MISSING",
             "Required fields are missing: [LastName]",
             {"LastName"}},
        Case{with(R"("FirstName":")" + crowns + R"(x")"),
             "STRING_TOO_LONG",
             "FirstName: data value too large: " + crowns + "x (max length=40)",
             {"FirstName"}},
        Case{with(R"("Email":"nobody")"),
             "INVALID_EMAIL_ADDRESS",
             "Email: invalid email address: nobody",
             {"Email"}},
        Case{with(R"("NoSuch__c":"x")"), "INVALID_FIELD",
             "No such column 'NoSuch__c' on sobject of type Lead", nullptr},
        Case{with(R"("LeadspoolId__c":"lead-1")"), "INVALID_FIELD",
             "The LeadspoolId__c field should not be specified in the sobject data.", nullptr},
        Case{with(R"("Id":"00Q000000000000AAA")"), "INVALID_FIELD",
             "The Id field should not be specified in the sobject data.", nullptr},
        Case{with(R"("DoNotCall":"yes")"), "JSON_PARSER_ERROR", "", nullptr},
        Case{"[]", "JSON_PARSER_ERROR", "", nullptr}}) {
    INFO(each.lead);
    const auto refused = crm.upsert(each.lead);
    REQUIRE(refused.status == 400);
    const auto error = error_of(refused);
    REQUIRE(error.at("errorCode") == each.code);
    if (!each.message.empty()) REQUIRE(error.at("message") == each.message);
    REQUIRE(error.value("fields", nlohmann::json()) == each.fields);
  }
  REQUIRE(crm.records().at("count") == 0);
  REQUIRE(crm.upsert(with(R"("FirstName":")" + crowns + R"(","DoNotCall":true,"Title":null)")).status == 201);
  REQUIRE(error_of(crm.upsert(R"({"Company":""})")).at("errorCode") == "REQUIRED_FIELD_MISSING");
}

TEST_CASE("Salesforce knows no other object, version or External ID") {
  Salesforce crm;
  const auto unknown = crm.call("PATCH", kObject + "/NoSuchId__c/lead-1", kLead);
  REQUIRE(unknown.status == 404);
  REQUIRE(error_of(unknown).at("errorCode") == "NOT_FOUND");
  REQUIRE(error_of(unknown).at("message") ==
          "Provided external ID field does not exist or is not accessible: NoSuchId__c");
  REQUIRE(crm.call("PATCH", kObject + "/Company/lead-1", kLead).status == 404);
  for (const char* path :
       {"/salesforce/services/data/v61.0/sobjects/Leads", "/salesforce/services/data/61/sobjects/Lead",
        "/salesforce/services/data/v6x.0/sobjects/Lead"}) {
    REQUIRE(error_of(crm.call("POST", path, kLead)).at("errorCode") == "NOT_FOUND");
  }
  crm.put("/salesforce/settings", R"({"fields":["LastName","Company","Email","NoSuchId__c"]})");
  REQUIRE(crm.call("PATCH", kObject + "/NoSuchId__c/lead-1", kLead).status == 201);
  REQUIRE(crm.upsert().status == 404);
}

TEST_CASE("Salesforce takes a duplicate only when told to, once it has a rule") {
  Salesforce crm;
  const std::string second = kObject + "/LeadspoolId__c/lead-2";
  crm.upsert();
  crm.put("/salesforce/settings", R"({"duplicate_rule":true})");
  REQUIRE(crm.upsert().status == 200);
  const auto refused = crm.call("PATCH", second, kLead);
  REQUIRE(refused.status == 400);
  REQUIRE(error_of(refused).at("errorCode") == "DUPLICATES_DETECTED");
  REQUIRE(crm.call("PATCH", second, kLead, {{"Sforce-Duplicate-Rule-Header", "allowSave=true"}}).status ==
          201);
}

TEST_CASE("Salesforce lets nobody in without a session") {
  Salesforce crm;
  const auto refused = crm.send("PATCH", kObject + kById, kLead, {{"Authorization", "Bearer token"}});
  REQUIRE(refused.status == 401);
  REQUIRE(error_of(refused).at("errorCode") == "INVALID_SESSION_ID");
  REQUIRE(crm.upsert().status == 201);
  crm.send("DELETE", "/salesforce/tokens");
  REQUIRE(crm.upsert().status == 401);
}

TEST_CASE("Salesforce tells with every answer how much of the day's quota is used") {
  Salesforce crm;
  REQUIRE(http::find_header(crm.upsert().headers, "Sforce-Limit-Info") == "api-usage=1/15000");
  crm.put("/salesforce/faults", R"({"mode":"quota"})");
  const auto refused = crm.upsert();
  REQUIRE(refused.status == 403);
  REQUIRE(error_of(refused).at("errorCode") == "REQUEST_LIMIT_EXCEEDED");
  REQUIRE(http::find_header(refused.headers, "Sforce-Limit-Info") == "api-usage=2/15000");
}

TEST_CASE("Salesforce answers every fault in its own words") {
  struct Case {
    const char* fault;
    int status;
    const char* code;
  };
  Salesforce crm;
  for (const auto& each : {Case{R"({"mode":"throttle"})", 429, "REQUEST_LIMIT_EXCEEDED"},
                           Case{R"({"mode":"reject"})", 400, "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
                           Case{R"({"mode":"unauthorized"})", 401, "INVALID_SESSION_ID"},
                           Case{R"({"mode":"forbid"})", 403, "INSUFFICIENT_ACCESS_OR_READONLY"},
                           Case{R"({"mode":"refuse"})", 503, "SERVER_UNAVAILABLE"},
                           Case{R"({"mode":"error"})", 500, "UNKNOWN_EXCEPTION"},
                           Case{R"({"mode":"error","status":504})", 504, "UNKNOWN_EXCEPTION"}}) {
    INFO(each.fault);
    crm.put("/salesforce/faults", each.fault);
    const auto answer = crm.upsert();
    REQUIRE(answer.status == each.status);
    REQUIRE(error_of(answer).at("errorCode") == each.code);
  }
  crm.put("/salesforce/faults", R"({"mode":"reject"})");
  REQUIRE(error_of(crm.upsert()).at("fields") == nlohmann::json{"Company"});
  REQUIRE(crm.records().at("count") == 0);
}

TEST_CASE("a lost answer leaves Salesforce with the lead") {
  Salesforce crm;
  crm.call("GET", kObject + "/describe");
  crm.put("/salesforce/faults", R"({"mode":"drop_answer","count":1})");
  REQUIRE_THROWS(crm.upsert());
  REQUIRE(crm.upsert().status == 200);
  REQUIRE(crm.records().at("count") == 1);
}

TEST_CASE("Salesforce describes the fields of a lead") {
  Salesforce crm;
  const auto described = [&] { return nlohmann::json::parse(crm.call("GET", kObject + "/describe").body); };
  const auto field = [&](const std::string& name) {
    const auto fields = described().at("fields");
    for (const auto& each : fields) {
      if (each.at("name") == name) return each;
    }
    throw std::runtime_error("no field " + name);
  };
  REQUIRE(described().at("createable") == true);
  REQUIRE(field("LastName").at("length") == 80);
  REQUIRE(field("LastName").at("nillable") == false);
  REQUIRE(field("LastName").at("externalId") == false);
  REQUIRE(field("LeadspoolId__c").at("externalId") == true);
  REQUIRE(field("LeadspoolId__c").at("unique") == true);
  REQUIRE(field("Id").at("createable") == false);
  crm.put("/salesforce/settings", R"({"may_create":false})");
  REQUIRE(described().at("createable") == false);
  REQUIRE(crm.upsert().status == 403);
}

TEST_CASE("Salesforce takes the credentials of an app by HTTP Basic or in the form") {
  Salesforce crm;
  const std::string grant = "grant_type=client_credentials";
  const auto token = nlohmann::json::parse(crm.ask_for_token(grant, basic("leadspool:secret")).body);
  REQUIRE(token.at("instance_url") == "https://" + crm.host() + "/salesforce");
  REQUIRE(token.at("token_type") == "Bearer");
  REQUIRE_FALSE(token.contains("expires_in"));
  REQUIRE(crm.ask_for_token(grant + "&client_id=leadspool&client_secret=secret").status == 200);

  const auto why_not = [&](const std::string& form, const std::string& authorization) {
    const auto refused = crm.ask_for_token(form, authorization);
    REQUIRE(refused.status == 400);
    return nlohmann::json::parse(refused.body).at("error").get<std::string>();
  };
  REQUIRE(why_not(grant, basic("leadspool:wrong")) == "invalid_client");
  REQUIRE(why_not(grant, basic("other:secret")) == "invalid_client_id");
  REQUIRE(why_not(grant + "&client_id=other&client_secret=secret", "") == "invalid_client_id");
  REQUIRE(why_not(grant, "Basic ???") == "invalid_client_id");
  REQUIRE(why_not("grant_type=password", basic("leadspool:secret")) == "unsupported_grant_type");
}

TEST_CASE("a fault can strike the token endpoint of Salesforce alone") {
  struct Case {
    const char* mode;
    int status;
    const char* error;
  };
  Salesforce crm;
  crm.call("GET", kObject + "/describe");
  for (const auto& each :
       {Case{"unauthorized", 400, "invalid_client"}, Case{"forbid", 400, "invalid_grant"},
        Case{"reject", 400, "invalid_grant"}, Case{"throttle", 429, "invalid_grant"},
        Case{"quota", 429, "invalid_grant"}, Case{"refuse", 503, "temporarily_unavailable"},
        Case{"error", 500, "unknown_error"}}) {
    INFO(each.mode);
    crm.put("/salesforce/faults", R"({"at":"token","mode":")" + std::string(each.mode) + R"("})");
    const auto refused = crm.ask_for_token("grant_type=client_credentials", basic("leadspool:secret"));
    REQUIRE(refused.status == each.status);
    REQUIRE(nlohmann::json::parse(refused.body).at("error") == each.error);
  }
  REQUIRE(crm.upsert().status == 201);
}

}  // namespace leadspool::test
