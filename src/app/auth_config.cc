#include "app/auth_config.h"

#include <array>

#include "app/header_config.h"

namespace leadspool::app {
namespace {

using connector::AuthOptions;
using connector::OAuth2Auth;

constexpr const char* kReference = "{ env = \"NAME\" } or { file = \"PATH\" }";

AuthOptions read_bearer(ConfigSection& auth, const ReadingContext& context, const RequestRules&) {
  return connector::BearerAuth{required_secret(auth, "token", kReference, context), "auth.token"};
}

AuthOptions read_basic(ConfigSection& auth, const ReadingContext& context, const RequestRules&) {
  auto username = required_text(auth, "username", "the name that goes with `password`");
  if (username.find(':') != std::string::npos) {
    auth.error("username", "must not have a colon in it, which ends a name in HTTP Basic");
  }
  return connector::BasicAuth{std::move(username), required_secret(auth, "password", kReference, context),
                              "auth.password"};
}

AuthOptions read_api_key(ConfigSection& auth, const ReadingContext& context, const RequestRules&) {
  auto header = required_text(auth, "header", "the header that carries the key, like \"X-Api-Key\"");
  if (!header.empty()) check_header_name(auth, "header", auth.place_of("header"), header);
  return connector::ApiKeyAuth{std::move(header), required_secret(auth, "key", kReference, context),
                               "auth.key"};
}

AuthOptions read_oauth2(ConfigSection& auth, const ReadingContext& context, const RequestRules& rules) {
  OAuth2Auth options;
  options.setting = "auth.client_secret";
  options.address_setting = "auth.token_url";
  options.token_url =
      required_text(auth, "token_url", "where tokens are fetched, like \"https://login.contoso.com/token\"");
  if (!options.token_url.empty()) check_url(auth, "token_url", options.token_url);
  options.client_id = required_text(auth, "client_id", "the client's id");
  options.client_secret = required_secret(auth, "client_secret", kReference, context);
  options.scope = auth.text("scope").value_or("");
  options.style = auth.one_of<OAuth2Auth::Style>(
      "style", OAuth2Auth::Style::form,
      {{"form", OAuth2Auth::Style::form}, {"basic", OAuth2Auth::Style::basic}});
  options.connect_timeout = rules.connect_timeout;
  options.total_timeout = rules.total_timeout;
  options.ca_file = rules.ca_file;
  return options;
}

using Read = AuthOptions (*)(ConfigSection&, const ReadingContext&, const RequestRules&);

}  // namespace

AuthOptions read_auth(ConfigSection& section, const ReadingContext& context, const RequestRules& rules) {
  const auto* table = section.table("auth");
  if (table == nullptr) return connector::NoAuth{};
  ConfigSection auth = section.section(*table, "auth");
  const std::vector<std::pair<std::string, Read>> kinds{
      {"bearer", read_bearer}, {"basic", read_basic}, {"api_key", read_api_key}, {"oauth2", read_oauth2}};
  if (auth.find("type") == nullptr) {
    auth.error("type", "missing: `bearer`, `basic`, `api_key` or `oauth2`");
    return connector::NoAuth{};
  }
  const Read read = auth.one_of<Read>("type", nullptr, kinds);
  if (read == nullptr) return connector::NoAuth{};
  auto options = read(auth, context, rules);
  auth.refuse_unknown();
  return options;
}

}  // namespace leadspool::app
