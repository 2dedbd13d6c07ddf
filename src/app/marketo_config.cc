#include <algorithm>

#include "app/connector_config.h"
#include "app/crm_config.h"
#include "connector/marketo.h"

namespace leadspool::app {
namespace {

// A token, and the lead itself; each once more when the first token was refused.
constexpr int kRequests = 4;

constexpr const char* kUrlExample = "https://123-ABC-456.mktorest.com";
constexpr CredentialPlaces kWhere{
    .client_id = "the Client Id, from Admin > Integration > LaunchPoint > (the service) > View Details",
    .client_secret = "Admin > Integration > LaunchPoint > (the service) > View Details"};

void check_endpoint(ConfigSection& section, const std::string& url) {
  const auto host = host_of(url);
  const bool is_screen = host.ends_with(".marketo.com");
  if (is_screen || (host.ends_with(".mktorest.com") && !path_of(url).empty())) {
    section.error("url", std::string("must be like \"") + kUrlExample +
                             "\": the Endpoint in Admin > Integration > Web Services > REST API, without "
                             "/rest at its end");
  }
}

// It must have a value, or every lead without one would become another person.
std::string read_lookup_field(ConfigSection& section, const connector::MarketoOptions& options) {
  auto field = read_identifier(section, "lookup_field", options.lookup_field, "email");
  const auto targets = options.crm.mapping.targets();
  if (!field.empty() && std::find(targets.begin(), targets.end(), field) == targets.end()) {
    refuse_unmapped(section, section.place_of("lookup_field"), "lookup_field", field, targets);
  }
  return field;
}

}  // namespace

ConnectorConfig read_marketo(ConfigSection& section, const ReadingContext& context) {
  connector::MarketoOptions options;
  options.crm = read_crm(section, context,
                         {{connector::marketo_mapping(), connector::marketo_columns()}, kUrlExample, ""});
  check_endpoint(section, options.crm.url);
  options.auth = read_client_credentials(section, context, options.crm,
                                         options.crm.url + "/identity/oauth/token", kWhere);
  options.auth.style = connector::OAuth2Auth::Style::query;
  options.lookup_field = read_lookup_field(section, options);
  auto config = crm_connector<connector::Marketo>(std::move(options), kRequests);
  config.most_in_flight = 1;
  return config;
}

}  // namespace leadspool::app
