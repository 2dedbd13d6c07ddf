#include "app/connector_config.h"
#include "app/crm_config.h"
#include "base/uuid.h"
#include "connector/hubspot.h"

namespace leadspool::app {
namespace {

// Create, and update what is there already; each once more when the token was refused.
constexpr int kRequests = 4;

constexpr const char* kUrl = "https://api.hubapi.com";

void check_api(ConfigSection& section, const std::string& url) {
  if (!host_of(url).ends_with(".hubspot.com")) return;
  section.error("url", std::string("is where people look at HubSpot; its API is \"") + kUrl +
                           "\", which is the default: remove the line");
}

connector::BearerAuth read_token(ConfigSection& section, const ReadingContext& context) {
  constexpr const char* kWhere = "HubSpot > Development > Keys > Service keys";
  connector::BearerAuth auth;
  auth.token = required_secret(
      section, "token",
      std::string("a service key, from ") + kWhere + ": { env = \"NAME\" } or { file = \"PATH\" }", context);
  const auto& token = auth.token.get().reveal();
  if (token.starts_with("hapikey") || parse_uuid(token)) {
    section.error(
        "token",
        std::string("is an API key of old, which HubSpot takes no more; make a service key: ") + kWhere);
  } else if (token.starts_with("Bearer ")) {
    section.error("token", "must be the token alone, without \"Bearer \" before it");
  }
  return auth;
}

std::string read_path(ConfigSection& section) {
  constexpr std::string_view kContacts = "/contacts";
  auto prefix = section.text("path_prefix").value_or("/crm/v3/objects");
  while (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.starts_with('/') || prefix.ends_with(kContacts) ||
      prefix.find_first_of("?# ") != std::string::npos) {
    section.error("path_prefix",
                  "must be what stands before /contacts in the API's paths, like \"/crm/v3/objects\"");
  }
  return prefix.append(kContacts);
}

}  // namespace

ConnectorConfig read_hubspot(ConfigSection& section, const ReadingContext& context) {
  connector::HubSpotOptions options;
  options.crm =
      read_crm(section, context, {{connector::hubspot_mapping(), connector::hubspot_columns()}, kUrl, kUrl});
  check_api(section, options.crm.url);
  options.auth = read_token(section, context);
  options.id_property = read_identifier(section, "id_property", options.id_property, "leadspool_id");
  options.path_prefix = read_path(section);
  return crm_connector<connector::HubSpot>(std::move(options), kRequests);
}

}  // namespace leadspool::app
