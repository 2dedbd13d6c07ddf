// Every mistake in the keys of a type of destination, with its line, key and mend.
#include <stdlib.h>

#include "app/smallest_destinations.h"
#include "support/catch.h"

namespace leadspool::app {

using test::changed;
using test::ConfigFile;
using test::contains;
using test::destination;
using test::kFirstLine;
using test::kSecret;
using test::kSmallest;
using test::with_secret;

TEST_CASE("a mistake in the keys of a type is told with its line, key and mend") {
  struct Mistake {
    std::string text;
    std::string key;  // below "destination."
    std::string says;
    int line = kFirstLine + 2;  // the first after name and type
  };
  const auto all_types = [](const std::string& key, const std::string& line) {
    std::vector<std::string> texts;
    for (const auto* type : {"dynamics365", "salesforce", "marketo", "odoo", "azure_table"})
      texts.push_back(changed(type, key, line));
    return texts;
  };
  std::vector<Mistake> mistakes;
  for (const auto& text : all_types("url", "")) mistakes.push_back({text, "url", "missing", kFirstLine - 1});
  for (const auto& text : all_types("url", "url = \"http://crm.example\"\n"))
    mistakes.push_back({text, "url", "https://"});
  for (const auto& text : all_types("url", "url = \"https://u:p@crm.example\"\n"))
    mistakes.push_back({text, "url", "name and password"});
  for (const auto& text : all_types("url", "url = \"https://crm.example/?a=b\"\n"))
    mistakes.push_back({text, "url", "address alone"});
  for (const auto& each : kSmallest) {
    if (each.type == "email") continue;
    const auto with = [&](const std::string& line) { return destination(each.type, line + each.keys); };
    mistakes.push_back({with("connect_timeout_s = 40\n"), "connect_timeout_s", "total_timeout_s"});
    mistakes.push_back({with("limits = { FirstNam = 3 }\n"), "limits.FirstNam", "nothing for `FirstNam`"});
    mistakes.push_back({with("limits = 7\n"), "limits", "must be a table"});
    mistakes.push_back({with("required = [\"nonsense\"]\n"), "required", "nothing for `nonsense`"});
    mistakes.push_back({with("constants = { \"a..b\" = 1 }\n"), "constants.a..b", "dots"});
    mistakes.push_back({with("constants = { a = 2026-01-01 }\n"), "constants.a", "dates"});
    mistakes.push_back({with("clientid = \"a\"\n"), "clientid", ""});
  }
  const auto add = [&](const std::string& type, const std::string& key, const std::string& line,
                       const std::string& says) {
    mistakes.push_back({changed(type, key, line), key, says, line.empty() ? kFirstLine - 1 : kFirstLine + 2});
  };
  const std::string guid = "11111111-2222-3333-4444-555555555555";
  add("dynamics365", "url", "url = \"https://contoso.crm4.dynamics.com/main.aspx\"\n", "URL alone");
  add("dynamics365", "tenant_id", "", "Directory (tenant) ID");
  add("dynamics365", "tenant_id", "tenant_id = \"Contoso Ltd\"\n", "neither a GUID nor a domain");
  add("dynamics365", "tenant_id", "tenant_id = \"common\"\n", "neither a GUID nor a domain");
  add("dynamics365", "client_id", "", "> Overview");
  add("dynamics365", "client_id", "client_id = \"\"\n", "missing");
  add("dynamics365", "client_secret", "", "Certificates & secrets");
  add("dynamics365", "client_secret", "client_secret = \"hunter2\"\n", "must not stand in this file");
  add("dynamics365", "api_version", "api_version = \"9.2\"\n", "v9.2");
  add("dynamics365", "api_version", "api_version = \"v9\"\n", "v9.2");
  add("dynamics365", "entity", "entity = \"lead\"\n", "\"leads\"");
  add("dynamics365", "entity", "entity = \"contacts\"\n", "needs a `mapping`");
  add("dynamics365", "entity", "entity = \"leads(1)\"\nmapping = { a = 1 }\n", "letters, digits");
  add("dynamics365", "token_url", "token_url = \"http://login.example/token\"\n", "https://");
  add("dynamics365", "mapping", "mapping = { lastname = \"x\" }\n", "lacks `subject`");
  add("salesforce", "url", "url = \"https://login.salesforce.com\"\n", "My Domain");
  add("salesforce", "url", "url = \"https://contoso.lightning.force.com\"\n", "My Domain");
  add("salesforce", "client_id", "", "Consumer Key");
  add("salesforce", "api_version", "api_version = \"61\"\n", "v61.0");
  add("salesforce", "external_id_field", "", "External ID");
  add("salesforce", "external_id_field", "external_id_field = \"Email\"\n", "ends in __c");
  add("salesforce", "object", "object = \"Contact\"\n", "needs a `mapping`");
  add("hubspot", "url", "url = \"https://app.hubspot.com\"\n", "https://api.hubapi.com");
  add("hubspot", "token", "", "Service keys");
  add("hubspot", "token", "token = { env = \"LEADSPOOL_TEST_HAPIKEY\" }\n", "make a service key");
  add("hubspot", "token", "token = { env = \"LEADSPOOL_TEST_GUID\" }\n", "make a service key");
  add("hubspot", "token", "token = { env = \"LEADSPOOL_TEST_BEARER\" }\n", "without \"Bearer \"");
  add("hubspot", "id_property", "id_property = \"e-mail\"\n", "letters, digits");
  add("hubspot", "path_prefix", "path_prefix = \"/crm/v3/objects/contacts\"\n", "before /contacts");
  add("marketo", "url", "url = \"https://123-ABC-456.mktorest.com/rest\"\n", "without /rest");
  add("marketo", "url", "url = \"https://app-ab12.marketo.com\"\n", "Endpoint");
  add("marketo", "client_id", "", "the Client Id");
  add("marketo", "lookup_field", "lookup_field = \"\"\n", "letters, digits");
  add("marketo", "lookup_field", "lookup_field = \"leadId\"\n", "nothing for `leadId`");
  add("odoo", "url", "url = \"https://contoso.odoo.com/odoo/crm\"\n", "address alone");
  add("odoo", "api_key", "", "New API Key");
  add("odoo", "marker_field", "marker_field = \"referred by\"\n", "letters, digits");
  add("azure_table", "url", "url = \"https://contoso.blob.core.windows.net\"\n", "Table service");
  add("azure_table", "table", "table = \"1leads\"\n", "3 to 63");
  add("azure_table", "table", "", "missing");
  mistakes.push_back({changed("azure_table", "account_key", ""), "sas", "or `account_key`", kFirstLine - 1});
  mistakes.push_back({changed("azure_table", "account_key",
                              "account_key = " + kSecret + "\nsas = { env = \"LEADSPOOL_TEST_SAS\" }\n"),
                      "account_key", "only one"});
  mistakes.push_back(
      {changed("azure_table", "account_key", "sas = " + kSecret + "\n"), "sas", "no SAS token"});
  mistakes.push_back({changed("azure_table", "account_key",
                              "account_name = \"a\"\nsas = { env = \"LEADSPOOL_TEST_SAS\" }\n"),
                      "account_name", "only used"});
  add("azure_table", "account_key", "account_key = { env = \"LEADSPOOL_TEST_BEARER\" }\n", "not base64");
  mistakes.push_back({changed("azure_table", "url", "url = \"https://10.0.0.1\"\n"), "account_name",
                      "does not begin", kFirstLine - 1});
  add("webhook", "auth", "auth = { token = 1 }\n", "");
  mistakes.back() = {changed("webhook", "auth", "auth = {}\n"), "auth.type", "`oauth2`"};
  mistakes.push_back({changed("webhook", "auth", "auth = { type = \"digest\" }\n"), "auth.type", "`basic`"});
  mistakes.push_back({changed("webhook", "auth", "auth = { type = \"bearer\" }\n"), "auth.token", "missing"});
  mistakes.push_back({changed("webhook", "auth", "auth = { type = \"bearer\", token = \"hunter2\" }\n"),
                      "auth.token", "must not stand"});
  mistakes.push_back(
      {changed("webhook", "auth", "auth = { type = \"bearer\", tokn = 1, token = " + kSecret + " }\n"),
       "auth.tokn", "did you mean `token`"});
  mistakes.push_back(
      {changed("webhook", "auth",
               "auth = { type = \"basic\", username = \"a:b\", password = " + kSecret + " }\n"),
       "auth.username", "colon"});
  mistakes.push_back({changed("webhook", "auth",
                              "auth = { type = \"api_key\", header = \"Host\", key = " + kSecret + " }\n"),
                      "auth.header", "itself"});
  mistakes.push_back(
      {changed("webhook", "auth",
               "auth = { type = \"oauth2\", token_url = \"https://l.example/\", client_id = \"a\", "
               "client_secret = " +
                   kSecret + ", style = \"query\" }\n"),
       "auth.style", "`form` or `basic`"});
  mistakes.push_back({changed("webhook", "auth",
                              "auth = { type = \"bearer\", token = " + kSecret +
                                  " }\nheaders = { Authorization = " + kSecret + " }\n"),
                      "auth", "remove one"});
  add("webhook", "url", "url = \"https://{{ company }}/leads\"\n", "after the host");
  add("webhook", "url", "url = \"https://crm.example/{{ nonsense }}\"\n", "nonsense");
  add("webhook", "body", "body = \"xml\"\n", "`form` or `text`");
  mistakes.push_back({changed("webhook", "body", "body = \"text\"\n"), "text", "missing", kFirstLine - 1});
  add("webhook", "text", "text = \"x\"\n", "body = \"text\"");
  mistakes.push_back(
      {changed("webhook", "text", "text = \"{{ nonsense }}\"\nbody = \"text\"\n"), "text", "nonsense"});
  mistakes.push_back({changed("webhook", "text", "mapping = { a = 1 }\ntext = \"x\"\nbody = \"text\"\n"),
                      "mapping", "is not used"});
  add("webhook", "content_type", "content_type = \"xml\"\n", "media type");
  add("webhook", "remote_id", "remote_id = \"data.id\"\n", "JSON pointer");
  add("webhook", "remote_id", "remote_id = \"/a~2\"\n", "JSON pointer");
  add("webhook", "on_ambiguous", "on_ambiguous = \"never\"\n", "`retry` or `bury`");
  add("webhook", "limits", "limits = { company = \"long\" }\n", "");
  mistakes.back().key = "limits.company";
  mistakes.push_back({changed("webhook", "headers", "headers = { Content-Type = \"a/b\" }\n"),
                      "headers.Content-Type", "`content_type`"});
  mistakes.push_back({changed("webhook", "mapping", "mapping = { tags = [\"a\", \"{{ nonsense }}\"] }\n"),
                      "mapping.tags", "nonsense"});
  mistakes.push_back({changed("webhook", "mapping", "mapping = { a = inf }\n"), "mapping.a", "neither inf"});
  mistakes.push_back(
      {changed("webhook", "mapping", "mapping = { a = \"@{triggerBody()?['UserDetails']?['Email']}\" }\n"),
       "mapping.a", "{{ Email }}"});
  add("email", "smtp_url", "smtp_url = \"mail.contoso.com\"\n", "smtps://HOST:465");
  add("email", "smtp_url", "smtp_url = \"smtp://u:p@mail.contoso.com\"\n", "username");
  add("email", "smtp_url", "", "missing");
  add("email", "from", "from = \"Leads <a@contoso.com>\"\n", "plain e-mail address");
  add("email", "from", "", "missing");
  add("email", "to", "to = [\"b@contoso.com\", \"nobody\"]\n", "plain e-mail address");
  add("email", "to", "to = []\n", "missing");
  add("email", "to", "", "missing");
  add("email", "username", "username = \"a\"\n", "needs `password`");
  add("email", "password", "password = " + kSecret + "\n", "needs `username`");
  add("email", "on_ambiguous", "on_ambiguous = \"never\"\n", "`retry` or `bury`");

  auto file = with_secret();
  setenv("LEADSPOOL_TEST_HAPIKEY", "hapikey=abc", 1);
  setenv("LEADSPOOL_TEST_GUID", guid.c_str(), 1);
  setenv("LEADSPOOL_TEST_BEARER", "Bearer abc", 1);
  setenv("LEADSPOOL_TEST_SAS", "sv=2026-01-01&sig=abc", 1);
  for (const auto& [text, key, says, line] : mistakes) {
    INFO(text);
    const auto error = file.error(text);
    INFO(to_string(error));
    REQUIRE(error.key == "destination." + key);
    REQUIRE(contains(error.message, says));
    REQUIRE(error.line == line);
    REQUIRE_FALSE(contains(error.message, "hunter2"));
  }
}

}  // namespace leadspool::app
