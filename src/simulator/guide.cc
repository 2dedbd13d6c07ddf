#include "simulator/guide.h"

#include <string_view>

#include "simulator/fault.h"

namespace leadspool::simulator {
namespace {

struct ServedCrm {
  std::string_view name;
  std::string_view path;
  std::string_view takes;  // the credentials
};

constexpr ServedCrm kCrms[] = {
    {"Dynamics 365", "/dynamics365",
     "client_id, client_secret; tokens of /dynamics365/{tenant}/oauth2/v2.0/token"},
    {"Salesforce", "/salesforce", "client_id, client_secret"},
    {"HubSpot", "/hubspot", "token"},
    {"Marketo", "/marketo", "client_id, client_secret"},
    {"Odoo", "/odoo", "token, as the API key; client_id, as the database if one is named"},
    {"Azure Table", "/azure_table",
     "token, as sig of a shared access signature; or the account leadspool with the key c2VjcmV0; has the "
     "table "
     "leads"},
};

constexpr std::string_view kBeforeCrms =
    "leadspool's simulated CRMs: they keep leads in memory and fail when told to.\n"
    "\n"
    "A small REST CRM, for the type webhook:\n"
    "\n"
    "  POST   /leads          a lead as JSON; its key is the header Idempotency-Key or webhook-id, or "
    "\"id\"\n"
    "  GET    /leads?limit=   what it holds, newest last\n"
    "  GET    /leads/{key}    one record\n"
    "  DELETE /leads          forget all\n"
    "  GET    /faults         what it does wrong at present\n"
    "  PUT    /faults         change that, for POST /leads only\n"
    "\n"
    "One CRM for each protocol, to be given to a destination of that type as its url:\n"
    "\n";

constexpr std::string_view kAfterCrms =
    "\n"
    "Where nothing else is said, their client_id is \"leadspool\", their client_secret \"secret\", their "
    "token\n"
    "\"token\". Below the path of each:\n"
    "\n"
    "  GET    .../records?limit=   what it holds, newest last     DELETE .../records   forget all\n"
    "  GET    .../faults           what it does wrong at present  PUT    .../faults    change that\n"
    "  GET    .../settings         credentials, the lifetime of tokens, and the fields that a lead may have\n"
    "  PUT    .../settings         change those that are given:\n"
    "\n"
    "    {\"client_secret\": \"another\", \"token_lifetime_s\": 60, \"fields\": [\"lastname\"], "
    "\"may_create\": false,\n"
    "     \"duplicate_rule\": true}\n"
    "\n"
    "  The last two are heeded by Dynamics 365 and Salesforce.\n"
    "\n"
    "  DELETE .../tokens           every token issued so far is refused from now on\n"
    "\n"
    "A fault:\n"
    "\n"
    "    {\"mode\": \"error\", \"delay_ms\": 0, \"retry_after_s\": 1, \"status\": 500, \"count\": 3,\n"
    "     \"probability\": 0.5, \"at\": \"records\", \"match\": \"Contoso\"}\n"
    "\n"
    "  Only mode is required; count is how often it strikes before all is well again; at: the requests for\n"
    "  records, or those for a \"token\"; match: only requests whose body contains that text. The modes:\n"
    "\n"
    "    ";

std::string padded(std::string_view text, std::size_t width) {
  std::string wide(text);
  if (wide.size() < width) wide.resize(width, ' ');
  return wide;
}

}  // namespace

std::string list_of_crms(const std::string& base_url) {
  std::string list;
  for (const auto& crm : kCrms) {
    list += "  " + padded(crm.name, 14) + base_url + std::string(crm.path) + "\n";
  }
  return list;
}

std::string how_to_use(const std::string& base_url) {
  std::string text(kBeforeCrms);
  for (const auto& crm : kCrms) {
    text += "  " + padded(crm.name, 14) + padded(base_url + std::string(crm.path), 40) + "takes " +
            std::string(crm.takes) + "\n";
  }
  return text + std::string(kAfterCrms) + mode_names(" ") + "\n";
}

}  // namespace leadspool::simulator
