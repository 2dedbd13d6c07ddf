#include "simulator/azure_table_access.h"

#include "base/digest.h"
#include "base/text.h"

namespace leadspool::simulator {
namespace {

using http::Request;

constexpr AzureRefusal kNotAuthenticated{403, "AuthenticationFailed",
                                         "Server failed to authenticate the request. Make sure the value of "
                                         "Authorization header is formed correctly "
                                         "including the signature."};
constexpr AzureRefusal kNotNow{403, "AuthenticationFailed",
                               "Signature not valid in the specified time frame: the end has passed."};
constexpr AzureRefusal kNotPermitted{
    403, "AuthorizationPermissionMismatch",
    "This request is not authorized to perform this operation using this permission."};
constexpr AzureRefusal kNoCredentials{401, "NoAuthenticationInformation",
                                      "Server failed to authenticate the request. Please refer to the "
                                      "information in the www-authenticate header."};
constexpr AzureRefusal kNoJson{415, "JsonFormatNotSupported", "JSON format is not supported."};

constexpr std::string_view kSharedKeyLite = "SharedKeyLite ";

std::optional<AzureRefusal> refuse_signature(const Request& request, const AccessSettings& settings,
                                             std::string_view table, char needed, Time now) {
  if (request.query_value("sig") != settings.token) return kNotAuthenticated;
  if (const auto named = request.query_value("tn"); named && !equal_in_any_case(*named, table)) {
    return kNotAuthenticated;
  }
  if (const auto end = request.query_value("se")) {
    const auto time = from_rfc3339(*end);
    if (!time) return kNotAuthenticated;
    if (*time <= now) return kNotNow;
  }
  const auto permissions = request.query_value("sp");
  if (permissions && permissions->find(needed) == std::string_view::npos) return kNotPermitted;
  return std::nullopt;
}

std::optional<AzureRefusal> refuse_key(const Request& request, const AccessSettings& settings,
                                       std::string_view authorization) {
  const auto key = from_base64(settings.client_secret);
  const auto x_ms_date = request.header("x-ms-date");
  const std::string date(x_ms_date.empty() ? request.header("Date") : x_ms_date);
  if (!key || date.empty()) return kNotAuthenticated;
  const std::string signed_text = date + "\n/" + settings.client_id + request.path;
  const std::string expected =
      std::string(kSharedKeyLite) + settings.client_id + ":" + to_base64(hmac_sha256(*key, signed_text));
  if (authorization != expected) return kNotAuthenticated;
  return std::nullopt;
}

}  // namespace

std::optional<AzureRefusal> refuse_azure_access(const Request& request, const AccessSettings& settings,
                                                std::string_view table, char needed, Time now) {
  const auto authorization = request.header("Authorization");
  const bool has_signature = request.query_value("sig").has_value();
  if (has_signature) {
    if (auto refusal = refuse_signature(request, settings, table, needed, now)) return refusal;
  } else if (authorization.starts_with(kSharedKeyLite)) {
    if (auto refusal = refuse_key(request, settings, authorization)) return refusal;
  } else {
    return authorization.empty() ? kNoCredentials : kNotAuthenticated;
  }
  // Versions of the service that are not named are old ones, which know no JSON.
  const bool names_version = !request.header("x-ms-version").empty() || request.query_value("sv").has_value();
  if (!names_version) return kNoJson;
  return std::nullopt;
}

}  // namespace leadspool::simulator
