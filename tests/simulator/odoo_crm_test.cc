// The simulated Odoo over real sockets.
#include <nlohmann/json.hpp>

#include "simulator/running_crm.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kCreate = "crm.lead/create";
constexpr const char* kLeads =
    R"({"vals_list":[{"name":"Contoso 🚀","type":"lead","contact_name":"Zoë Nguyễn","partner_name":"株式会社",
        "email_from":"some@example.com","user_id":false,"referred":"lead-1"}],"context":{"lang":"en_US"}})";

struct Odoo : RunningCrm {
  Odoo() : RunningCrm("/odoo") {}

  [[nodiscard]] http::ClientAnswer ask(const std::string& method, const std::string& body,
                                       std::vector<http::Header> headers = {}) const {
    headers.push_back({"Authorization", "bearer token"});
    return call("POST", "/json/2/" + method, body, std::move(headers));
  }
  [[nodiscard]] Json result(const std::string& method, const std::string& body) const {
    const auto answer = ask(method, body);
    REQUIRE(answer.status == 200);
    return Json::parse(answer.body);
  }
};

bool is_exception(const http::ClientAnswer& answer, int status, const std::string& name,
                  const std::string& words) {
  const Json error = Json::parse(answer.body);
  return answer.status == status && error.at("name") == name && error.at("arguments").is_array() &&
         error.at("context").is_object() && error.at("debug").is_string() &&
         error.at("message").get<std::string>().find(words) != std::string::npos;
}

constexpr const char* kValueError = "builtins.ValueError";
constexpr const char* kValidationError = "odoo.exceptions.ValidationError";
constexpr const char* kUnprocessable = "werkzeug.exceptions.UnprocessableEntity";
constexpr const char* kNotFound = "werkzeug.exceptions.NotFound";

}  // namespace

TEST_CASE("an Odoo lead that is created twice is there twice") {
  Odoo crm;
  REQUIRE(crm.result("crm.lead/search", R"({"domain":[["referred","=","lead-1"]]})") == Json::array());
  REQUIRE(crm.result(kCreate, kLeads) == Json{1});
  REQUIRE(crm.result(kCreate, kLeads) == Json{2});
  REQUIRE(crm.count() == 2);
  REQUIRE(crm.result("crm.lead/search", R"({"domain":[["referred","=","lead-1"]]})") == Json{1, 2});
  REQUIRE(crm.result("crm.lead/search", R"({"domain":[["referred","=","lead-1"]],"limit":1})") == Json{1});
  REQUIRE(crm.result("crm.lead/search", R"({"domain":[],"offset":1})") == Json{2});
  const Json lead = crm.get("/records").at("records").at(0).at("lead");
  REQUIRE(lead.at("name") == "Contoso 🚀");
  REQUIRE(lead.at("partner_name") == "株式会社");
}

TEST_CASE("Odoo's search conditions are connected by what stands before them") {
  Odoo crm;
  for (const char* lead :
       {R"({"vals_list":[{"name":"One","phone":"1"}]})", R"({"vals_list":{"name":"Two","phone":"2"}})",
        R"({"vals_list":[{"name":"Three"}]})"}) {
    (void)crm.result(kCreate, lead);
  }
  const auto found = [&](const char* domain) {
    return crm.result("crm.lead/search", std::string(R"({"domain":)") + domain + "}");
  };
  REQUIRE(found(R"([["name","=","One"]])") == Json{1});
  REQUIRE(found(R"([["name","=ilike","oNE"]])") == Json{1});
  REQUIRE(found(R"([["name","ilike","T"]])") == (Json{2, 3}));
  REQUIRE(found(R"([["name","like","T"],["phone","!=",false]])") == Json{2});
  REQUIRE(found(R"(["|",["name","=","One"],["phone","=","2"]])") == (Json{1, 2}));
  REQUIRE(found(R"(["!","|",["name","=","One"],["phone","=","2"]])") == Json{3});
  REQUIRE(found(R"([["id","in",[1,3]]])") == (Json{1, 3}));
  REQUIRE(found(R"([["name","not ilike","T"]])") == Json{1});
  REQUIRE(found(R"(["&",["phone","=",false],["id","not in",[1]]])") == Json{3});
  REQUIRE(is_exception(crm.ask("crm.lead/search", R"({"domain":[["shoe_size","=","9"]]})"), 500, kValueError,
                       "Invalid field crm.lead.shoe_size in condition"));
  REQUIRE(is_exception(crm.ask("crm.lead/search", R"({"domain":[["name","9"]]})"), 500, kValueError,
                       "Invalid domain"));
}

TEST_CASE("Odoo tells the values that are asked for") {
  Odoo crm;
  (void)crm.result(kCreate, kLeads);
  const Json rows =
      crm.result("crm.lead/search_read", R"({"domain":[["id","=",1]],"fields":["name","phone"]})");
  REQUIRE(rows == Json::array({{{"id", 1}, {"name", "Contoso 🚀"}, {"phone", false}}}));
  REQUIRE(crm.result("crm.lead/search_read", "{}").at(0).at("email_from") == "some@example.com");
}

TEST_CASE("Odoo finds countries by code and by name") {
  Odoo crm;
  const Json by_code = crm.result("res.country/search", R"({"domain":[["code","=","VN"]]})");
  REQUIRE(by_code.size() == 1);
  REQUIRE(crm.result("res.country/search", R"({"domain":[["name","=ilike","vietnam"]],"limit":1})") ==
          by_code);
  REQUIRE(crm.result("res.country/search", R"({"domain":[["code","=","XX"]]})") == Json::array());
  const Json lead{{"vals_list", {{{"name", "One"}, {"country_id", by_code.at(0)}}}}};
  REQUIRE(crm.ask(kCreate, lead.dump()).status == 200);
  REQUIRE(is_exception(crm.ask(kCreate, R"({"vals_list":[{"name":"One","country_id":9999}]})"), 422,
                       kValidationError, "country_id"));
}

TEST_CASE("Odoo refuses values that it cannot take, all of a call or none") {
  Odoo crm;
  REQUIRE(is_exception(crm.ask(kCreate, R"({"vals_list":[{"name":"One"},{"name":"Two","shoe_size":"9"}]})"),
                       500, kValueError, "Invalid field 'shoe_size' in 'crm.lead'"));
  REQUIRE(
      is_exception(crm.ask(kCreate, R"({"vals_list":[{"phone":"1"}]})"), 422, kValidationError, "(name)"));
  REQUIRE(is_exception(crm.ask(kCreate, R"({"vals_list":[{"name":"One","type":"person"}]})"), 500,
                       kValueError, "crm.lead.type"));
  REQUIRE(is_exception(crm.ask(kCreate, R"({"vals_list":[{"name":"One","country_id":"US"}]})"), 500,
                       kValueError, "crm.lead.country_id"));
  REQUIRE(crm.count() == 0);
  crm.set(R"({"fields":["name","shoe_size"]})");
  REQUIRE(crm.ask(kCreate, R"({"vals_list":[{"name":"Two","shoe_size":"9"}]})").status == 200);
}

TEST_CASE("Odoo refuses arguments that a method does not have, and methods and models that are not there") {
  Odoo crm;
  REQUIRE(
      is_exception(crm.ask(kCreate, "{}"), 422, kUnprocessable, "missing a required argument: 'vals_list'"));
  REQUIRE(is_exception(crm.ask("crm.lead/search", R"({"domain":[],"filter":1})"), 422, kUnprocessable,
                       "got an unexpected keyword argument 'filter'"));
  REQUIRE(is_exception(crm.ask("crm.leads/create", kLeads), 404, kNotFound,
                       "the model 'crm.leads' does not exist"));
  REQUIRE(is_exception(crm.ask("crm.lead/creates", kLeads), 404, kNotFound, "crm.lead.creates"));
  REQUIRE(is_exception(crm.ask(kCreate, "["), 400, "werkzeug.exceptions.BadRequest", "json"));
}

TEST_CASE("Odoo takes its API key and the name of its database, and no others") {
  Odoo crm;
  for (const char* key : {"", "bearer other"}) {
    const auto refused =
        crm.call("POST", std::string("/json/2/") + kCreate, kLeads, {{"Authorization", key}});
    REQUIRE(is_exception(refused, 401, "werkzeug.exceptions.Unauthorized", "Invalid apikey"));
  }
  REQUIRE(crm.ask(kCreate, kLeads, {{"X-Odoo-Database", "leadspool"}}).status == 200);
  REQUIRE(crm.ask(kCreate, kLeads, {{"X-Odoo-Database", "other"}}).status == 404);
}

TEST_CASE("Odoo tells which fields there are, and what one may do") {
  Odoo crm;
  const Json fields =
      crm.result("crm.lead/fields_get", R"({"allfields":["name","nothing"],"attributes":["type"]})");
  REQUIRE(fields.size() == 1);
  REQUIRE(fields.at("name").at("required") == true);
  REQUIRE(crm.result("crm.lead/fields_get", "{}").size() > 10);
  REQUIRE(crm.result("crm.lead/has_access", R"({"operation":"create"})") == true);
  REQUIRE(crm.result("crm.lead/check_access_rights", R"({"operation":"create","raise_exception":false})") ==
          true);
  REQUIRE(crm.result("res.country/has_access", R"({"operation":"create"})") == false);
}

TEST_CASE("Odoo says in its own words what a fault makes it say") {
  Odoo crm;
  const auto struck = [&](const char* fault) {
    crm.set_fault(fault);
    return crm.ask(kCreate, kLeads);
  };
  REQUIRE(is_exception(struck(R"({"mode":"reject"})"), 422, kValidationError, "email_from"));
  REQUIRE(is_exception(struck(R"({"mode":"unauthorized"})"), 401, "werkzeug.exceptions.Unauthorized",
                       "Invalid apikey"));
  REQUIRE(is_exception(struck(R"({"mode":"forbid"})"), 403, "odoo.exceptions.AccessError", "crm.lead"));
  REQUIRE(is_exception(struck(R"({"mode":"error"})"), 500, "psycopg2.OperationalError", "database"));
  REQUIRE(
      is_exception(struck(R"({"mode":"error","status":504})"), 504, "psycopg2.OperationalError", "database"));
  // Those come from the proxy before it.
  REQUIRE(struck(R"({"mode":"refuse"})").status == 503);
  REQUIRE(struck(R"({"mode":"throttle"})").status == 429);
  REQUIRE(struck(R"({"mode":"quota"})").status == 429);
  REQUIRE(crm.count() == 0);
}

TEST_CASE("a fault strikes what looks for a lead in Odoo, too, but no other look") {
  Odoo crm;
  crm.set_fault(R"({"mode":"refuse"})");
  REQUIRE(crm.ask("crm.lead/search", R"({"domain":[]})").status == 503);
  REQUIRE(crm.ask("res.country/search", R"({"domain":[]})").status == 200);
  REQUIRE(crm.ask("crm.lead/fields_get", "{}").status == 200);
  crm.set_fault(R"({"mode":"drop_answer","match":"vals_list"})");
  REQUIRE(crm.ask("crm.lead/search", R"({"domain":[]})").status == 200);
  REQUIRE(std::holds_alternative<http::ClientFailure>(
      crm.try_call("POST", std::string("/json/2/") + kCreate, kLeads, {{"Authorization", "Bearer token"}})));
  REQUIRE(crm.count() == 1);
}

}  // namespace leadspool::test
