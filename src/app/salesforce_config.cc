#include "app/connector_config.h"
#include "app/crm_config.h"
#include "connector/salesforce.h"

namespace leadspool::app {
namespace {

// A token, and the lead itself; each once more when the first token was refused.
constexpr int kRequests = 4;

constexpr const char* kUrlExample = "https://contoso.my.salesforce.com";
constexpr CredentialPlaces kWhere{
    .client_id =
        "the Consumer Key, from Setup > External Client App Manager (or App Manager) > (the app) > Settings",
    .client_secret =
        "Setup > External Client App Manager (or App Manager) > (the app) > Settings > Consumer Key and "
        "Secret"};

void check_my_domain(ConfigSection& section, const std::string& url) {
  const auto host = host_of(url);
  if (host == "login.salesforce.com" || host == "test.salesforce.com" ||
      host.ends_with(".lightning.force.com")) {
    section.error("url", std::string("must be the org's own address, like \"") + kUrlExample +
                             "\": Setup > My Domain > Current My Domain URL");
  } else if (host.ends_with(".salesforce.com") && !path_of(url).empty()) {
    section.error("url", std::string("must be the org's address alone, like \"") + kUrlExample + "\"");
  }
}

std::string read_external_id_field(ConfigSection& section) {
  constexpr const char* kWhat =
      "the API name of a Text field of Lead that is an External ID and Unique: Setup > Object Manager > Lead "
      "> Fields & Relationships";
  if (section.find("external_id_field") == nullptr) return required_text(section, "external_id_field", kWhat);
  auto field = read_identifier(section, "external_id_field", "", "LeadspoolId__c");
  if (!field.empty() && !field.ends_with("__c")) {
    section.error("external_id_field",
                  std::string("must be a field of your own, whose API name ends in __c: ") + kWhat);
  }
  return field;
}

}  // namespace

ConnectorConfig read_salesforce(ConfigSection& section, const ReadingContext& context) {
  connector::SalesforceOptions options;
  const auto own_object = options.object;
  options.object = read_identifier(section, "object", options.object, "Lead");
  MappedColumns columns{connector::salesforce_mapping(), connector::salesforce_columns()};
  if (options.object != own_object) columns = columns_of_another_table(section, "object");
  options.crm = read_crm(section, context, {std::move(columns), kUrlExample, ""});
  check_my_domain(section, options.crm.url);
  options.auth = read_client_credentials(section, context, options.crm,
                                         options.crm.url + "/services/oauth2/token", kWhere);
  options.auth.style = connector::OAuth2Auth::Style::basic;
  options.external_id_field = read_external_id_field(section);
  options.api_version = read_api_version(section, options.api_version);
  return crm_connector<connector::Salesforce>(std::move(options), kRequests);
}

}  // namespace leadspool::app
