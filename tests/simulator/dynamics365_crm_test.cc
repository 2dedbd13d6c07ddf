// The simulated Dynamics 365 over TLS: what it answers is what its documentation says.
#include "simulator/dynamics365_crm.h"

#include "simulator/running.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

const std::string kId = "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f";
const std::string kApi = "/dynamics365/api/data/v9.2";
const std::string kTokens = "/dynamics365/contoso.onmicrosoft.com/oauth2/v2.0/token";
constexpr const char* kLead = R"({"subject":"Offer","lastname":"Ünal","emailaddress1":"u@example.com"})";

class Dynamics : public Running {
 public:
  http::ClientAnswer ask_for_token(const std::string& secret = "secret", const std::string& id = "leadspool",
                                   const std::string& scope = "default") const {
    const std::string wanted =
        scope == "default" ? "https%3A%2F%2F" + host() + "%2Fdynamics365%2F.default" : scope;
    return send(
        "POST", kTokens,
        "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret + "&scope=" + wanted,
        {{"Content-Type", "application/x-www-form-urlencoded"}});
  }

  // With a token and the headers that the Web API asks for.
  http::ClientAnswer call(const std::string& method, const std::string& path, const std::string& body = {},
                          std::vector<http::Header> more = {}) {
    if (token_.empty()) token_ = nlohmann::json::parse(ask_for_token().body).at("access_token");
    std::vector<http::Header> headers{{"Authorization", "Bearer " + token_},
                                      {"Accept", "application/json"},
                                      {"OData-Version", "4.0"},
                                      {"OData-MaxVersion", "4.0"},
                                      {"Content-Type", "application/json"}};
    headers.insert(headers.end(), more.begin(), more.end());
    return send(method, kApi + path, body, std::move(headers));
  }

  http::ClientAnswer create(const std::string& lead = kLead, const std::string& id = kId) {
    return call("PATCH", "/leads(" + id + ")", lead, {{"If-None-Match", "*"}});
  }

  [[nodiscard]] nlohmann::json records() const { return get("/dynamics365/records"); }

 private:
  std::string token_;
};

nlohmann::json error_of(const http::ClientAnswer& answer) {
  return nlohmann::json::parse(answer.body).at("error");
}

}  // namespace

TEST_CASE("Dynamics creates a lead under the id of its URL, once") {
  Dynamics crm;
  const auto created = crm.create();
  REQUIRE(created.status == 204);
  REQUIRE(created.body.empty());
  REQUIRE(http::find_header(created.headers, "OData-EntityId") ==
          "https://" + crm.host() + kApi + "/leads(" + kId + ")");
  REQUIRE(http::find_header(created.headers, "OData-Version") == "4.0");

  const auto again = crm.create();
  REQUIRE(again.status == 412);
  REQUIRE(error_of(again).at("message") == "A record with matching key values already exists.");
  REQUIRE(crm.records().at("count") == 1);
  const auto record = crm.records().at("records").at(0);
  REQUIRE(record.at("id") == kId);
  REQUIRE(record.at("times_received") == 2);
  REQUIRE(record.at("lead") == nlohmann::json::parse(kLead));
}

TEST_CASE("without If-None-Match Dynamics updates a lead that is there") {
  Dynamics crm;
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", kLead, {{"If-Match", "*"}}).status == 404);
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", kLead).status == 204);
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", R"({"lastname":"Other"})").status == 204);
  const auto lead = crm.records().at("records").at(0).at("lead");
  REQUIRE(lead.at("lastname") == "Other");
  REQUIRE(lead.at("subject") == "Offer");
  const auto shown = crm.call("PATCH", "/leads(" + kId + ")", R"({"lastname":"Third"})",
                              {{"Prefer", "return=representation"}});
  REQUIRE(shown.status == 200);
  REQUIRE(nlohmann::json::parse(shown.body).at("lastname") == "Third");
  REQUIRE(nlohmann::json::parse(crm.call("GET", "/leads(" + kId + ")").body).at("leadid") == kId);
}

TEST_CASE("a posted lead gets an id, or has the one that it brings") {
  Dynamics crm;
  REQUIRE(crm.call("POST", "/leads", R"({"leadid":")" + kId + R"("})").status == 204);
  REQUIRE(crm.call("POST", "/leads", R"({"leadid":")" + kId + R"("})").status == 412);
  REQUIRE(crm.call("POST", "/leads", R"({"leadid":"7"})").status == 400);
  const auto posted = crm.call("POST", "/leads", kLead);
  REQUIRE(posted.status == 204);
  const auto second = crm.records().at("records").at(1).at("id").get<std::string>();
  REQUIRE(http::find_header(posted.headers, "OData-EntityId").find(second) != std::string_view::npos);
}

TEST_CASE("a qualified lead is read-only in Dynamics") {
  Dynamics crm;
  crm.create(R"({"lastname":"One","statecode":1})");
  REQUIRE_FALSE(crm.records().at("records").at(0).at("lead").contains("statecode"));
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", R"({"statecode":1})").status == 204);
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", R"({"lastname":"Two"})").status == 400);
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", R"({"statecode":0})").status == 204);
  REQUIRE(crm.call("PATCH", "/leads(" + kId + ")", R"({"lastname":"Two"})").status == 204);
}

TEST_CASE("Dynamics refuses a lead in its own words") {
  struct Case {
    std::string lead;
    std::string code;
    std::string words;
  };
  const std::string crown = "\xF0\x9F\x91\x91";  // two UTF-16 units
  std::string crowns;
  for (int i = 0; i < 25; ++i) crowns += crown;
  Dynamics crm;
  for (const auto& each :
       {Case{R"({"nosuch":"x"})", "0x80048d19",
             "Invalid property 'nosuch' was found in entity 'Microsoft.Dynamics.CRM.lead'. ---> "},
        Case{R"x({"nosuch@odata.bind":"/campaigns(1)"})x", "0x80048d19", "Invalid property 'nosuch'"},
        Case{R"x({"lastname@odata.bind":"/campaigns(1)"})x", "0x80048d19", "Invalid property 'lastname'"},
        Case{
            R"({"lastname":")" + crowns + R"(x"})", "0x80044331",
            "The length of the 'lastname' attribute of the 'lead' entity exceeded the maximum allowed length "
            "of '50'."},
        Case{R"({"donotemail":"yes"})", "0x80048d19", "expected type 'Edm.Boolean'"},
        Case{R"({"leadsourcecode":"Web"})", "0x80048d19", "expected type 'Edm.Int32'"},
        Case{R"({"lastname":5})", "0x80048d19", "at property 'lastname'"},
        Case{R"({"leadsourcecode":11})", "0x8004431a", "The value 11 of 'leadsourcecode'"},
        Case{"[]", "0x80048d19", ""}, Case{"{", "0x80048d19", ""}}) {
    INFO(each.lead);
    const auto refused = crm.create(each.lead);
    REQUIRE(refused.status == 400);
    REQUIRE(error_of(refused).at("code") == each.code);
    REQUIRE(error_of(refused).at("message").get<std::string>().find(each.words) != std::string::npos);
  }
  REQUIRE(crm.records().at("count") == 0);
  const std::string campaign = R"x("campaignid@odata.bind":"/campaigns(1)")x";
  const std::string lead = R"({"lastname":")" + crowns +
                           R"(","leadsourcecode":8,"donotemail":true,"jobtitle":null,)" + campaign + "}";
  REQUIRE(crm.create(lead).status == 204);
}

TEST_CASE("the API of Dynamics asks for no last name") {
  Dynamics crm;
  REQUIRE(crm.create("{}").status == 204);
}

TEST_CASE("the columns of Dynamics can be changed") {
  Dynamics crm;
  crm.put("/dynamics365/settings", R"({"fields":["lastname","new_source"]})");
  REQUIRE(crm.create(R"({"subject":"x"})").status == 400);
  REQUIRE(crm.create(R"({"lastname":"x","new_source":"y"})").status == 204);
}

TEST_CASE("Dynamics knows no other entity, version or key") {
  Dynamics crm;
  const auto unknown = crm.call("PATCH", "/lead(" + kId + ")", kLead);
  REQUIRE(unknown.status == 404);
  REQUIRE(error_of(unknown).at("code") == "0x80060888");
  REQUIRE(error_of(unknown).at("message") == "Resource not found for the segment 'lead'.");
  REQUIRE(crm.call("POST", "/contacts", kLead).status == 404);
  REQUIRE(crm.call("PATCH", "/leads(7)", kLead).status == 400);
  REQUIRE(crm.call("GET", "/leads(" + kId + ")").status == 404);
  REQUIRE(crm.send("GET", "/dynamics365/api/data/v8.0/WhoAmI").status == 404);
}

TEST_CASE("Dynamics looks at the headers of OData") {
  Dynamics crm;
  const std::string path = "/leads(" + kId + ")";
  const std::string token = nlohmann::json::parse(crm.ask_for_token().body).at("access_token");
  const auto patch = [&](std::vector<http::Header> headers) {
    headers.push_back({"Authorization", "Bearer " + token});
    return crm.send("PATCH", kApi + path, kLead, headers).status;
  };
  REQUIRE(patch({{"Content-Type", "text/plain"}}) == 415);
  REQUIRE(patch({{"Content-Type", "application/json"}, {"OData-Version", "3.0"}}) == 400);
  REQUIRE(patch({{"Content-Type", "application/json"}, {"Accept", "text/html"}}) == 406);
  REQUIRE(patch({{"Content-Type", "application/json; charset=utf-8"}}) == 204);
}

TEST_CASE("Dynamics lets nobody in without a token that it has issued") {
  Dynamics crm;
  for (const char* authorization : {"", "Bearer x", "Basic x"}) {
    const auto refused = crm.send("PATCH", kApi + "/leads(" + kId + ")", kLead,
                                  {{"Content-Type", "application/json"}, {"Authorization", authorization}});
    REQUIRE(refused.status == 401);
    REQUIRE(http::find_header(refused.headers, "WWW-Authenticate").starts_with("Bearer authorization_uri="));
  }
  REQUIRE(crm.create().status == 204);
  crm.clock.advance(std::chrono::hours{1});
  REQUIRE(crm.create().status == 401);
}

TEST_CASE("Dynamics asks for the privilege to create leads") {
  Dynamics crm;
  const std::string question =
      "/systemusers(2b1f0a52-52f6-ef11-be20-000d3a4a1b2c)/"
      "Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName=";
  const auto held = [&](const std::string& rest) {
    return nlohmann::json::parse(crm.call("GET", question + rest).body).at("RolePrivileges").size();
  };
  REQUIRE(held("'prvCreateLead')") == 1);
  REQUIRE(held("@p)?@p='prvCreateLead'") == 1);
  REQUIRE(held("%27prvDeleteLead%27)") == 0);
  crm.put("/dynamics365/settings", R"({"may_create":false})");
  REQUIRE(held("'prvCreateLead')") == 0);
  const auto refused = crm.create();
  REQUIRE(refused.status == 403);
  REQUIRE(error_of(refused).at("code") == "0x80040220");
  REQUIRE(error_of(refused).at("message").get<std::string>().find("prvCreateLead") != std::string::npos);
}

TEST_CASE("Dynamics looks for duplicates where it is asked to, and answers 500") {
  Dynamics crm;
  const std::string other = "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e70";
  const std::vector<http::Header> asked{{"If-None-Match", "*"},
                                        {"MSCRM.SuppressDuplicateDetection", "false"}};
  crm.create();
  const auto refused = crm.call("PATCH", "/leads(" + other + ")", kLead, asked);
  REQUIRE(refused.status == 500);
  REQUIRE(error_of(refused).at("code") == "0x80040333");
  REQUIRE(crm.call("PATCH", "/leads(" + other + ")", R"({"emailaddress1":"v@example.com"})", asked).status ==
          204);
  REQUIRE(crm.create(kLead, "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e71").status == 204);
}

TEST_CASE("Dynamics answers every fault in its own words") {
  struct Case {
    const char* fault;
    int status;
    const char* code;
  };
  Dynamics crm;
  for (const auto& each :
       {Case{R"({"mode":"throttle"})", 429, "0x80072322"}, Case{R"({"mode":"quota"})", 429, "0x80072321"},
        Case{R"({"mode":"reject"})", 400, "0x80044331"}, Case{R"({"mode":"forbid"})", 403, "0x80040220"},
        Case{R"({"mode":"refuse"})", 503, "0x80072325"}, Case{R"({"mode":"error"})", 500, "0x80040216"},
        Case{R"({"mode":"error","status":502})", 502, "0x80040216"}}) {
    INFO(each.fault);
    crm.put("/dynamics365/faults", each.fault);
    const auto answer = crm.create();
    REQUIRE(answer.status == each.status);
    REQUIRE(error_of(answer).at("code") == each.code);
    REQUIRE(http::find_header(answer.headers, "Retry-After") ==
            (each.code == std::string("0x80072322") ? "1" : ""));
  }
  crm.put("/dynamics365/faults", R"({"mode":"reject"})");
  REQUIRE(error_of(crm.create()).at("message").get<std::string>().find("'companyname'") != std::string::npos);
  crm.put("/dynamics365/faults", R"({"mode":"unauthorized"})");
  REQUIRE(crm.create().status == 401);
  REQUIRE(crm.records().at("count") == 0);
}

TEST_CASE("a lost answer leaves Dynamics with the lead") {
  Dynamics crm;
  crm.call("GET", "/WhoAmI");
  crm.put("/dynamics365/faults", R"({"mode":"drop_answer","count":1})");
  REQUIRE_THROWS(crm.create());
  REQUIRE(crm.create().status == 412);
  REQUIRE(crm.records().at("count") == 1);
}

TEST_CASE("Dynamics describes itself, its leads and their columns") {
  Dynamics crm;
  const auto get = [&](const std::string& path) { return nlohmann::json::parse(crm.call("GET", path).body); };
  REQUIRE(get("/WhoAmI").contains("UserId"));
  REQUIRE(get("/EntityDefinitions(LogicalName='lead')").at("EntitySetName") == "leads");
  const auto found =
      get("/EntityDefinitions?$filter=EntitySetName%20eq%20'leads'&$expand=Attributes").at("value");
  REQUIRE(found.size() == 1);
  REQUIRE(found.at(0).at("LogicalName") == "lead");
  REQUIRE(found.at(0).at("Privileges").at(0).at("Name") == "prvCreateLead");
  REQUIRE(found.at(0).at("Attributes").size() > 20);
  REQUIRE(get("/EntityDefinitions?$filter=EntitySetName%20eq%20'lead'").at("value").empty());
  REQUIRE(crm.call("GET", "/EntityDefinitions(LogicalName='nosuch')").status == 404);

  const auto attributes = get("/EntityDefinitions(LogicalName='lead')/Attributes").at("value");
  const auto named = [&](const std::string& name) {
    for (const auto& each : attributes) {
      if (each.at("LogicalName") == name) return each;
    }
    throw std::runtime_error("no attribute " + name);
  };
  REQUIRE(named("jobtitle").at("MaxLength") == 100);
  REQUIRE(named("jobtitle").at("AttributeType") == "String");
  REQUIRE(named("leadsourcecode").at("AttributeType") == "Picklist");
  REQUIRE(named("jobtitle").at("IsValidForCreate") == true);
  REQUIRE(named("statecode").at("IsValidForCreate") == false);
  const auto memos =
      get("/EntityDefinitions(LogicalName='lead')/Attributes/Microsoft.Dynamics.CRM.MemoAttributeMetadata");
  REQUIRE(memos.at("value").size() == 1);
  REQUIRE(memos.at("value").at(0).at("LogicalName") == "description");
  REQUIRE(crm.call("GET", "/EntityDefinitions(LogicalName='lead')/Keys").status == 404);
}

TEST_CASE("Entra issues a token with its lifetime") {
  Dynamics crm;
  crm.put("/dynamics365/settings", R"({"token_lifetime_s":120})");
  const auto token = nlohmann::json::parse(crm.ask_for_token().body);
  REQUIRE(token.at("token_type") == "Bearer");
  REQUIRE(token.at("expires_in") == 120);
  REQUIRE(crm.get("/dynamics365/settings").at("tokens_issued") == 1);
}

TEST_CASE("Entra says what is wrong with a request for a token") {
  struct Case {
    std::string secret;
    std::string id;
    std::string scope;
    int status;
    const char* error;
    int number;
  };
  Dynamics crm;
  for (const auto& each :
       {Case{"wrong", "leadspool", "default", 401, "invalid_client", 7000215},
        Case{"secret", "other", "default", 400, "unauthorized_client", 700016},
        Case{"secret", "", "default", 400, "invalid_request", 900144},
        Case{"secret", "leadspool", "", 400, "invalid_scope", 1002012},
        Case{"secret", "leadspool", "https://contoso.crm4.dynamics.com", 400, "invalid_scope", 1002012},
        Case{"secret", "leadspool", "https://contoso.crm4.dynamics.com/.default", 400, "invalid_resource",
             500011}}) {
    INFO(each.number);
    const auto refused = crm.ask_for_token(each.secret, each.id, each.scope);
    REQUIRE(refused.status == each.status);
    const auto error = nlohmann::json::parse(refused.body);
    REQUIRE(error.at("error") == each.error);
    REQUIRE(error.at("error_codes") == nlohmann::json{each.number});
    REQUIRE(error.at("error_description")
                .get<std::string>()
                .starts_with("AADSTS" + std::to_string(each.number) + ": "));
    REQUIRE(error.at("trace_id").get<std::string>().size() == 36);
    REQUIRE(error.at("correlation_id").get<std::string>().size() == 36);
    REQUIRE(error.at("timestamp") == "2026-01-01 00:00:00Z");
  }
  REQUIRE(nlohmann::json::parse(crm.send("POST", kTokens, "grant_type=password&client_id=leadspool").body)
              .at("error") == "unsupported_grant_type");
  REQUIRE(crm.get("/dynamics365/settings").at("tokens_issued") == 0);
}

TEST_CASE("a fault can strike the token endpoint of Entra alone") {
  struct Case {
    const char* mode;
    int status;
    int number;
  };
  Dynamics crm;
  crm.call("GET", "/WhoAmI");
  for (const auto& each :
       {Case{"unauthorized", 401, 7000222}, Case{"forbid", 400, 7000112}, Case{"throttle", 429, 90055},
        Case{"quota", 429, 90055}, Case{"reject", 400, 90002}, Case{"error", 500, 90033},
        Case{"refuse", 503, 90033}}) {
    INFO(each.mode);
    crm.put("/dynamics365/faults", R"({"at":"token","mode":")" + std::string(each.mode) + R"("})");
    const auto refused = crm.ask_for_token();
    REQUIRE(refused.status == each.status);
    REQUIRE(nlohmann::json::parse(refused.body).at("error_codes").at(0) == each.number);
  }
  REQUIRE(crm.create().status == 204);
}

}  // namespace leadspool::test
