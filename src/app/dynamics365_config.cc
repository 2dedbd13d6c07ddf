#include <algorithm>

#include "app/connector_config.h"
#include "app/crm_config.h"
#include "base/uuid.h"
#include "connector/dynamics365.h"

namespace leadspool::app {
namespace {

// A token, and the lead itself; each once more when the first token was refused.
constexpr int kRequests = 4;

constexpr const char* kUrlExample = "https://contoso.crm4.dynamics.com";
constexpr CredentialPlaces kWhere{
    .client_id =
        "the Application (client) ID in Azure portal > Microsoft Entra ID > App registrations > "
        "(the app) > Overview",
    .client_secret =
        "Azure portal > Microsoft Entra ID > App registrations > (the app) > Certificates & secrets"};

bool is_environment(std::string_view host) {
  for (const auto* cloud : {".dynamics.com", ".microsoftdynamics.us", ".appsplatform.us", ".dynamics.cn"}) {
    if (host.ends_with(cloud)) return true;
  }
  return false;
}

void check_environment(ConfigSection& section, const std::string& url) {
  if (is_environment(host_of(url)) && !path_of(url).empty()) {
    section.error("url", std::string("must be the environment's URL alone, like \"") + kUrlExample +
                             "\": Power Platform admin center > Environments > (the environment) > "
                             "Environment URL");
  }
}

bool is_domain(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.';
  });
  return plain && text.find('.') != std::string_view::npos && !text.starts_with('.') && !text.ends_with('.');
}

// Empty when `token_url` is there instead of it.
std::string read_tenant(ConfigSection& section) {
  constexpr const char* kWhat =
      "the Directory (tenant) ID in Azure portal > Microsoft Entra ID > App registrations > (the app) > "
      "Overview";
  if (section.find("token_url") != nullptr && section.find("tenant_id") == nullptr) return {};
  auto tenant = required_text(section, "tenant_id", kWhat);
  if (!tenant.empty() && !parse_uuid(tenant) && !is_domain(tenant)) {
    section.error("tenant_id", std::string("is neither a GUID nor a domain like \"contoso.onmicrosoft.com\": "
                                           "it is ") +
                                   kWhat);
  }
  return tenant;
}

std::string read_entity(ConfigSection& section, std::string fallback) {
  auto entity = read_identifier(section, "entity", fallback, fallback);
  if (entity != "lead") return entity;
  section.error("entity", "must be the table's name in the Web API's URLs: \"leads\", not \"lead\"");
  return fallback;
}

}  // namespace

ConnectorConfig read_dynamics365(ConfigSection& section, const ReadingContext& context) {
  connector::Dynamics365Options options;
  const auto own_entity = options.entity;
  options.entity = read_entity(section, options.entity);
  MappedColumns columns{connector::dynamics365_mapping(), connector::dynamics365_columns()};
  if (options.entity != own_entity) columns = columns_of_another_table(section, "entity");
  options.crm = read_crm(section, context, {std::move(columns), kUrlExample, ""});
  check_environment(section, options.crm.url);
  options.auth = read_client_credentials(section, context, options.crm,
                                         connector::dynamics365_token_url(read_tenant(section)), kWhere);
  options.auth.scope = options.crm.url + "/.default";
  options.api_version = read_api_version(section, options.api_version);
  if (parse_uuid(options.auth.client_secret.get().reveal())) {
    section.warning(
        "client_secret",
        "looks like the secret's ID; what is needed is its Value, which Azure portal shows only once: "
        "make a new client secret if it is gone");
  }
  return crm_connector<connector::Dynamics365>(std::move(options), kRequests);
}

}  // namespace leadspool::app
