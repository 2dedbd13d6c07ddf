#include "e2e/crm_installation.h"

#include <stdexcept>

#include "http/curl_client.h"

namespace leadspool::test {
namespace {

std::string replace_all(std::string text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

// The destination that `leadspool init` has made gives way to another.
std::string with_destination(const std::string& config, const std::string& destination) {
  return config.substr(0, config.find("[[destination]]")) + "[[destination]]\nname = \"crm\"\n" + destination;
}

}  // namespace

const std::vector<CrmType>& crm_types() {
  const std::string oauth = "client_id = \"leadspool\"\nclient_secret = { file = \"$SECRET\" }\n";
  static const std::vector<CrmType> types{
      {.name = "dynamics365",
       .keys = oauth + "tenant_id = \"contoso.onmicrosoft.com\"\n"
                       "token_url = \"$URL/contoso.onmicrosoft.com/oauth2/v2.0/token\"\n",
       .columns = {{"first_name", "/firstname"},
                   {"last_name", "/lastname"},
                   {"email", "/emailaddress1"},
                   {"phone", "/telephone1"},
                   {"country", "/address1_country"},
                   {"company", "/companyname"},
                   {"title", "/jobtitle"},
                   {"offer_title", "/subject"}},
       .secret_setting = "client_secret",
       .refused_column = "companyname",
       .has_tokens = true},
      {.name = "salesforce",
       .keys = oauth + "external_id_field = \"LeadspoolId__c\"\n",
       .columns = {{"first_name", "/FirstName"},
                   {"last_name", "/LastName"},
                   {"email", "/Email"},
                   {"phone", "/Phone"},
                   {"country", "/Country"},
                   {"company", "/Company"},
                   {"title", "/Title"},
                   {"lead_source", "/LeadSource"}},
       .secret_setting = "client_secret",
       .refused_column = "Company",
       .has_tokens = true},
      {.name = "hubspot",
       .keys = "token = { file = \"$TOKEN\" }\n",
       .columns = {{"first_name", "/firstname"},
                   {"last_name", "/lastname"},
                   {"email", "/email"},
                   {"phone", "/phone"},
                   {"country", "/country"},
                   {"company", "/company"},
                   {"title", "/jobtitle"}},
       .secret_setting = "token",
       .refused_column = "email"},
      {.name = "marketo",
       .keys = oauth,
       .columns = {{"first_name", "/firstName"},
                   {"last_name", "/lastName"},
                   {"email", "/email"},
                   {"phone", "/phone"},
                   {"country", "/country"},
                   {"company", "/company"},
                   {"title", "/title"}},
       .secret_setting = "client_secret",
       .refused_column = "email",
       .has_tokens = true},
      {.name = "odoo",
       .keys = "api_key = { file = \"$TOKEN\" }\n",
       .columns = {{"last_name", "/contact_name"},
                   {"email", "/email_from"},
                   {"phone", "/phone"},
                   {"company", "/partner_name"},
                   {"title", "/function"}},
       .secret_setting = "api_key",
       .refused_column = "email_from"},
      {.name = "azure_table",
       .keys = "table = \"leads\"\naccount_name = \"leadspool\"\naccount_key = { file = \"key.txt\" }\n",
       .columns = {{"offer_title", "/OfferDisplayName"},
                   {"lead_source", "/LeadSource"},
                   {"action_code", "/ActionCode"},
                   {"last_name", "/CustomerInfo"},
                   {"company", "/CustomerInfo"}},
       .secret_setting = "account_key",
       .refused_column = "Description"},
  };
  return types;
}

const CrmType& crm_type(const std::string& name) {
  for (const auto& type : crm_types()) {
    if (type.name == name) return type;
  }
  throw std::runtime_error("no type " + name);
}

CrmInstallation::CrmInstallation(const CrmType& type, const std::string& more_keys) : type_(type) {
  give_secrets();
  std::string keys =
      "type = \"" + type.name + "\"\nurl = \"$URL\"\nca_file = \"certificate.pem\"\n" + type.keys + more_keys;
  keys = replace_all(std::move(keys), "$URL", url());
  keys = replace_all(std::move(keys), "$SECRET", "secret.txt");
  keys = replace_all(std::move(keys), "$TOKEN", "token.txt");
  write("leadspool.toml", with_destination(read("leadspool.toml"), keys + "schedule_s = [1]\n"));
  simulate_crm({"--certificate", file("certificate.pem"), "--private-key", file("private_key.pem")});
}

void CrmInstallation::give_secrets() const {
  write("secret.txt", "secret");
  write("token.txt", "token");
  write("key.txt", "c2VjcmV0");
}

void CrmInstallation::spoil_secrets() const {
  for (const auto* name : {"secret.txt", "token.txt", "key.txt"}) write(name, "d3Jvbmc=");
}

std::string CrmInstallation::url() const {
  return "https://127.0.0.1:" + std::to_string(port() + 2) + "/" + type_.name;
}

Json CrmInstallation::call(const std::string& method, const std::string& path,
                           const std::string& body) const {
  http::ClientRequest request;
  request.method = method;
  request.url = url() + path;
  request.body = body;
  request.ca_file = file("certificate.pem");
  request.max_answer_bytes = 16u << 20;
  const auto result = http::send_and_wait(std::move(request));
  const auto* answer = std::get_if<http::ClientAnswer>(&result);
  if (answer == nullptr || answer->status != 200) {
    throw std::runtime_error("the simulator refused " + method + " " + path + ": " +
                             (answer != nullptr ? answer->body : "no answer"));
  }
  return Json::parse(answer->body);
}

std::vector<Json> CrmInstallation::records() const {
  return call("GET", "/records")["records"].get<std::vector<Json>>();
}

std::string CrmInstallation::column(const Json& record, const std::string& lead_field) const {
  const Json lead = record["lead"];
  const Json::json_pointer place(type_.columns.at(lead_field));
  if (!lead.contains(place) || lead[place].is_null()) return {};
  return lead[place].is_string() ? lead[place].get<std::string>() : lead[place].dump();
}

Json CrmInstallation::destination() const { return admin_json("/api/v1/destinations")["destinations"][0]; }

}  // namespace leadspool::test
