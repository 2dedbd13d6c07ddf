// The fewest keys of each type of destination, to be changed by a test.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <stdlib.h>

#include "app/config_file.h"
#include "support/catch.h"

namespace leadspool::test {

// What stands before a [[destination]], without anything to warn of; the destination's own keys begin at
// line 9.
inline const std::string kBefore =
    kReceiver + kSource + "[admin]\ntoken_sha256 = \"" + kHash + "\"\n[[destination]]\n";
inline constexpr int kFirstLine = 9;

inline const std::string kSecret = "{ env = \"LEADSPOOL_TEST_SECRET\" }";

// The fewest keys that do, and the request that they make of a lead.
struct Smallest {
  std::string type;
  std::string keys;
  std::string method;
  std::string url;  // how it begins
};

inline const std::vector<Smallest> kSmallest{
    {"dynamics365",
     "url = \"https://contoso.crm4.dynamics.com/\"\ntenant_id = \"contoso.onmicrosoft.com\"\nclient_id = "
     "\"a\"\n"
     "client_secret = " +
         kSecret + "\n",
     "PATCH", "https://contoso.crm4.dynamics.com/api/data/v9.2/leads(0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f)"},
    {"salesforce",
     "url = \"https://contoso.my.salesforce.com\"\nclient_id = \"a\"\nclient_secret = " + kSecret +
         "\nexternal_id_field = \"LeadspoolId__c\"\n",
     "PATCH", "https://contoso.my.salesforce.com/services/data/v61.0/sobjects/Lead/LeadspoolId__c/"},
    {"hubspot", "token = " + kSecret + "\n", "POST", "https://api.hubapi.com/crm/v3/objects/contacts"},
    {"marketo",
     "url = \"https://123-ABC-456.mktorest.com\"\nclient_id = \"a\"\nclient_secret = " + kSecret + "\n",
     "POST", "https://123-ABC-456.mktorest.com/rest/v1/leads.json"},
    {"odoo", "url = \"https://contoso.odoo.com\"\napi_key = " + kSecret + "\n", "POST",
     "https://contoso.odoo.com/json/2/crm.lead/create"},
    {"azure_table",
     "url = \"https://contoso.table.core.windows.net\"\ntable = \"Leads\"\naccount_key = " + kSecret + "\n",
     "POST", "https://contoso.table.core.windows.net/Leads"},
    {"webhook", "url = \"https://crm.contoso.com/leads\"\n", "POST", "https://crm.contoso.com/leads"},
    {"email", "smtp_url = \"smtps://mail.contoso.com\"\nfrom = \"a@contoso.com\"\nto = \"b@contoso.com\"\n",
     "MAIL", "smtps://mail.contoso.com"},
};

[[nodiscard]] inline std::string destination(const std::string& type, const std::string& keys) {
  return kBefore + "name = \"crm\"\ntype = \"" + type + "\"\n" + keys;
}

[[nodiscard]] inline const std::string& smallest(const std::string& type) {
  const auto at =
      std::find_if(kSmallest.begin(), kSmallest.end(), [&](const auto& each) { return each.type == type; });
  REQUIRE(at != kSmallest.end());
  return at->keys;
}

// The smallest configuration of a type with some of its lines changed.
[[nodiscard]] inline std::string changed(const std::string& type, const std::string& key,
                                         const std::string& line) {
  std::string keys;
  std::istringstream lines(smallest(type));
  for (std::string each; std::getline(lines, each);) {
    if (!each.starts_with(key + " =")) keys += each + "\n";
  }
  return destination(type, line + keys);
}

[[nodiscard]] inline ConfigFile with_secret() {
  setenv("LEADSPOOL_TEST_SECRET", "c2VjcmV0LWZvci10ZXN0cw==", 1);
  return {};
}

}  // namespace leadspool::test
