#include "app/crm_config.h"

#include <algorithm>

#include "base/text.h"
#include "http/client.h"

namespace leadspool::app {
namespace {

// Where the host begins, and where it and its port end.
std::pair<std::size_t, std::size_t> authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  return {begin, std::min(url.find_first_of("/?#", begin), url.size())};
}

std::string missing(std::string_view what) { return "missing: " + std::string(what); }

// Empty after an error.
std::string read_url(ConfigSection& section, const CrmDefaults& defaults) {
  if (section.find("url") == nullptr && !defaults.url_fallback.empty()) return defaults.url_fallback;
  auto url = required_text(section, "url", "where the CRM is, like \"" + defaults.url_example + "\"");
  while (url.ends_with('/')) url.pop_back();
  if (url.empty()) return url;
  if (url.find_first_of("?#{ ") != std::string::npos) {
    section.error("url", "must be the CRM's address alone, like \"" + defaults.url_example + "\"");
    return {};
  }
  return check_url(section, "url", url) ? url : "";
}

}  // namespace

RequestRules read_request_rules(ConfigSection& section, const ReadingContext& context,
                                RequestRules fallback) {
  RequestRules rules;
  rules.connect_timeout = std::chrono::seconds{
      section.whole_number("connect_timeout_s", fallback.connect_timeout.count(), 1, 300)};
  rules.total_timeout =
      std::chrono::seconds{section.whole_number("total_timeout_s", fallback.total_timeout.count(), 1, 3'600)};
  rules.ca_file = context.resolve(section.text("ca_file").value_or(""));
  if (rules.connect_timeout > rules.total_timeout) {
    section.error("connect_timeout_s", "must not be longer than total_timeout_s");
  }
  return rules;
}

connector::CrmOptions read_crm(ConfigSection& section, const ReadingContext& context, CrmDefaults defaults) {
  auto url = read_url(section, defaults);
  auto [mapping, columns] = read_mapped_columns(section, std::move(defaults.columns));
  auto rules = read_request_rules(section, context);
  return {.url = std::move(url),
          .mapping = std::move(mapping),
          .columns = std::move(columns),
          .connect_timeout = rules.connect_timeout,
          .total_timeout = rules.total_timeout,
          .ca_file = std::move(rules.ca_file)};
}

std::string required_text(ConfigSection& section, std::string_view key, std::string_view what) {
  const auto* value = section.find(key);
  auto text = section.text(key).value_or("");
  const bool is_blank = value != nullptr && std::holds_alternative<std::string>(value->held) && text.empty();
  if (value == nullptr || is_blank) section.error(key, missing(what));
  return text;
}

LiveSecret required_secret(ConfigSection& section, std::string_view key, std::string_view what,
                           const ReadingContext& context) {
  if (section.find(key) == nullptr) section.error(key, missing(what));
  return read_live_secret(section, key, context);
}

std::string read_identifier(ConfigSection& section, std::string_view key, std::string fallback,
                            std::string_view example) {
  auto text = section.text(key).value_or(std::move(fallback));
  const bool plain = std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  });
  if (text.empty() || !plain) {
    section.error(key,
                  "must be a name of letters, digits and underscores, like \"" + std::string(example) + "\"");
  }
  return text;
}

std::string read_api_version(ConfigSection& section, const std::string& fallback) {
  auto version = section.text("api_version").value_or(fallback);
  const auto digits = version.find_first_not_of("0123456789", 1);
  const auto rest =
      digits == std::string::npos ? digits : version.find_first_not_of("0123456789", digits + 1);
  const bool right = version.starts_with('v') && digits != std::string::npos && digits > 1 &&
                     version[digits] == '.' && rest == std::string::npos && digits + 1 < version.size();
  if (!right) section.error("api_version", "must be like \"" + fallback + "\"");
  return version;
}

MappedColumns columns_of_another_table(ConfigSection& section, std::string_view key) {
  const auto* table = section.table("mapping");
  if (table == nullptr || table->empty()) {
    section.error(key, "needs a `mapping` beside it: the type's own is for leads");
  }
  return {connector::Mapping::of({}), {}};
}

connector::OAuth2Auth read_client_credentials(ConfigSection& section, const ReadingContext& context,
                                              const connector::CrmOptions& crm, std::string token_url,
                                              CredentialPlaces places) {
  connector::OAuth2Auth auth;
  auth.client_id = required_text(section, "client_id", places.client_id);
  auth.client_secret = required_secret(section, "client_secret",
                                       "the app's secret, from " + std::string(places.client_secret) +
                                           ": { env = \"NAME\" } or { file = \"PATH\" }",
                                       context);
  const bool is_written = section.find("token_url") != nullptr;
  // Made of `url`, it is wrong where that is.
  if (!is_written && token_url.starts_with(crm.url)) auth.address_setting = "url";
  auth.token_url = section.text("token_url").value_or(std::move(token_url));
  if (is_written) check_url(section, "token_url", auth.token_url);
  auth.where_secrets_are = places.client_secret;
  auth.connect_timeout = crm.connect_timeout;
  auth.total_timeout = crm.total_timeout;
  auth.ca_file = crm.ca_file;
  return auth;
}

bool check_url(ConfigSection& section, std::string_view key, const std::string& url) {
  const auto [begin, end] = authority_of(url);
  if (url.substr(begin, end - begin).find('@') != std::string::npos) {
    section.error(key, "must not carry a name and password, which have keys of their own");
  } else if (!http::is_allowed_url(url)) {
    section.error(key, "must begin with https:// (or http:// and a loopback address, for trying things out)");
  } else {
    return true;
  }
  return false;
}

std::string host_of(std::string_view url) {
  const auto [begin, end] = authority_of(url);
  auto host = url.substr(begin, end - begin);
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return to_lower(host.substr(0, host.find(':')));
}

std::string path_of(std::string_view url) {
  auto path = url.substr(authority_of(url).second);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

}  // namespace leadspool::app
