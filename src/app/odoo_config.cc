#include "app/connector_config.h"
#include "app/crm_config.h"
#include "connector/odoo.h"

namespace leadspool::app {
namespace {

// Search, look up the country by code and by name, create; each once more when the key was refused.
constexpr int kRequests = 8;

constexpr const char* kUrlExample = "https://contoso.odoo.com";

}  // namespace

ConnectorConfig read_odoo(ConfigSection& section, const ReadingContext& context) {
  connector::OdooOptions options;
  options.crm =
      read_crm(section, context, {{connector::odoo_mapping(), connector::odoo_columns()}, kUrlExample, ""});
  if (host_of(options.crm.url).ends_with(".odoo.com") && !path_of(options.crm.url).empty()) {
    section.error("url", std::string("must be Odoo's address alone, like \"") + kUrlExample + "\"");
  }
  options.auth.token =
      required_secret(section, "api_key",
                      "an API key, from Preferences > Account Security > New API Key: { env = "
                      "\"NAME\" } or { file = \"PATH\" }",
                      context);
  options.auth.setting = "api_key";
  options.database = section.text("database").value_or("");
  options.marker_field = read_identifier(section, "marker_field", options.marker_field, "referred");
  auto config = crm_connector<connector::Odoo>(std::move(options), kRequests);
  config.most_in_flight = 1;
  return config;
}

}  // namespace leadspool::app
