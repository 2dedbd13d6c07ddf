// What the readers of a destination's type share: where the CRM is, how long a request may take, and keys
// that a type cannot do without.
//
// Thread-safety: pure functions.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "app/config_secret.h"
#include "app/config_section.h"
#include "app/connector_types.h"
#include "app/mapping_config.h"
#include "connector/auth.h"
#include "connector/crm_options.h"

namespace leadspool::app {

// `connect_timeout_s`, `total_timeout_s` and `ca_file`.
struct RequestRules {
  std::chrono::seconds connect_timeout{5};
  std::chrono::seconds total_timeout{30};
  std::string ca_file;

  // Longer than `requests` of them, one after the other, may take.
  [[nodiscard]] std::chrono::milliseconds longest(int requests) const {
    return requests * (connect_timeout + total_timeout);
  }
};
[[nodiscard]] RequestRules read_request_rules(ConfigSection& section, const ReadingContext& context,
                                              RequestRules fallback = {});

// The keys that every CRM has. `url_example` is for who has none; `url_fallback`, if any, for a CRM that has
// but one. Whether the URL is the right one of its CRM is the caller's to say.
struct CrmDefaults {
  MappedColumns columns;
  std::string url_example;
  std::string url_fallback;
};
[[nodiscard]] connector::CrmOptions read_crm(ConfigSection& section, const ReadingContext& context,
                                             CrmDefaults defaults);

// A text or a secret that must be there. `what` completes "missing: ": what it is, and where to find it.
[[nodiscard]] std::string required_text(ConfigSection& section, std::string_view key, std::string_view what);
[[nodiscard]] LiveSecret required_secret(ConfigSection& section, std::string_view key, std::string_view what,
                                         const ReadingContext& context);

// Reports a text that is not empty and is no name of letters, digits and underscores. `example` completes
// "like ".
[[nodiscard]] std::string read_identifier(ConfigSection& section, std::string_view key, std::string fallback,
                                          std::string_view example);

// `api_version`, written like `fallback`.
[[nodiscard]] std::string read_api_version(ConfigSection& section, const std::string& fallback);

// For a `key` that names another table than the type is made for: no columns are known of it. Reports that
// there is no mapping for it.
[[nodiscard]] MappedColumns columns_of_another_table(ConfigSection& section, std::string_view key);

// Where the CRM's own screens show the credentials of a client: "the Consumer Key, from Setup > ...".
struct CredentialPlaces {
  std::string_view client_id;      // what it is called there, and where
  std::string_view client_secret;  // where alone
};

// `client_id`, `client_secret` and `token_url`, which is `token_url` unless one is written.
[[nodiscard]] connector::OAuth2Auth read_client_credentials(ConfigSection& section,
                                                            const ReadingContext& context,
                                                            const connector::CrmOptions& crm,
                                                            std::string token_url, CredentialPlaces places);

// Reports a URL that a request must not be sent to. False after an error.
bool check_url(ConfigSection& section, std::string_view key, const std::string& url);

// "contoso.crm4.dynamics.com" of "https://contoso.crm4.dynamics.com:443/main.aspx", in small letters; and
// what follows it, without slashes at its end: "/main.aspx".
[[nodiscard]] std::string host_of(std::string_view url);
[[nodiscard]] std::string path_of(std::string_view url);

// Makes a connector of those options, any number of times.
template <typename Made, typename Options>
[[nodiscard]] std::function<std::unique_ptr<connector::Connector>(const Clock&)> maker_of(Options options) {
  return [options = std::move(options)](const Clock& clock) -> std::unique_ptr<connector::Connector> {
    return std::make_unique<Made>(options, clock);
  };
}

// Of a connector whose options hold CrmOptions. An attempt makes at most `requests` of them.
template <typename Made, typename Options>
[[nodiscard]] ConnectorConfig crm_connector(Options options, int requests) {
  const connector::CrmOptions& crm = options.crm;
  ConnectorConfig config;
  config.longest_attempt = requests * (crm.connect_timeout + crm.total_timeout);
  config.ca_file = crm.ca_file;
  config.without_tls = crm.url.starts_with("http://");
  config.make = maker_of<Made>(std::move(options));
  return config;
}

}  // namespace leadspool::app
