#include "simulator/entra_token.h"

#include <optional>

#include <nlohmann/json.hpp>

#include "base/uuid.h"

namespace leadspool::simulator {
namespace {

using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;
using Form = std::map<std::string, std::string>;

constexpr std::string_view kDefaultScope = "/.default";

std::optional<std::string> missing_field(const Form& form) {
  for (const char* name : {"grant_type", "client_id"}) {
    const auto found = form.find(name);
    if (found == form.end() || found->second.empty()) return name;
  }
  return std::nullopt;
}

std::string value_of(const Form& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

// The resource of "https://contoso.crm4.dynamics.com/.default"; a slash at its end does not matter.
std::string_view resource_of(std::string_view scope) {
  scope.remove_suffix(kDefaultScope.size());
  while (scope.ends_with('/')) scope.remove_suffix(1);
  return scope;
}

}  // namespace

Response EntraToken::answer(const Request& request, std::string_view environment) {
  const Form form = read_form(request.body);
  const auto settings = desk_.settings();
  if (const auto missing = missing_field(form)) {
    return refuse(400, "invalid_request", 900144,
                  "The request body must contain the following parameter: '" + *missing + "'.");
  }
  if (value_of(form, "grant_type") != "client_credentials") {
    return refuse(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
  }
  const std::string scope = value_of(form, "scope");
  if (!scope.ends_with(kDefaultScope)) {
    return refuse(
        400, "invalid_scope", 1002012,
        "The provided value for scope " + scope +
            " is not valid. Client credential flows must have a scope value with /.default suffixed "
            "to the resource identifier (application ID URI).");
  }
  const std::string client_id = value_of(form, "client_id");
  if (client_id != settings.client_id) {
    return refuse(400, "unauthorized_client", 700016,
                  "Application with identifier '" + client_id + "' was not found in the directory '" +
                      std::string(request.path_value("tenant")) + "'.");
  }
  if (!form.contains("client_secret")) {
    return refuse(401, "invalid_client", 7000216,
                  "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' "
                  "grant type.");
  }
  if (value_of(form, "client_secret") != settings.client_secret) {
    return refuse(401, "invalid_client", 7000215,
                  "Invalid client secret provided. Ensure the secret being sent in the request is the client "
                  "secret value, not the client secret ID, for a secret added to app '" +
                      client_id + "'.");
  }
  if (!resource_of(scope).ends_with(environment)) {
    return refuse(400, "invalid_resource", 500011,
                  "The resource principal named " + std::string(resource_of(scope)) +
                      " was not found in the tenant named " + std::string(request.path_value("tenant")) +
                      ".");
  }
  const auto issued = desk_.issue();
  return {.body = Json{{"token_type", "Bearer"},
                       {"expires_in", issued.expires_in.count()},
                       {"ext_expires_in", issued.expires_in.count()},
                       {"access_token", issued.token}}
                      .dump()};
}

Response EntraToken::words(const Fault& fault) {
  const auto refusal = [&](int status, std::string_view error, int number, std::string_view why) {
    return refuse(fault.status.value_or(status), error, number, why);
  };
  switch (fault.mode) {
    case FaultMode::throttle:
    case FaultMode::quota:
      return refusal(429, "temporarily_unavailable", 90055,
                     "The server is terminating the request because there are too many requests.");
    case FaultMode::unauthorized:
      return refusal(
          401, "invalid_client", 7000222,
          "The provided client secret keys for app '" + desk_.settings().client_id + "' are expired.");
    case FaultMode::forbid:
      return refusal(400, "unauthorized_client", 7000112,
                     "Application '" + desk_.settings().client_id + "' is disabled.");
    case FaultMode::reject:
      return refusal(400, "invalid_request", 90002,
                     "Tenant not found. Check to make sure you have the correct tenant ID.");
    case FaultMode::error:
      return refusal(500, "server_error", 90033, "A transient error has occurred. Please try again.");
    default:
      return refusal(503, "temporarily_unavailable", 90033,
                     "A transient error has occurred. Please try again.");
  }
}

Response EntraToken::refuse(int status, std::string_view error, int number, std::string_view why) {
  const Time now = clock_.now();
  const std::string written = to_rfc3339(now);
  const std::string timestamp = written.substr(0, 10) + " " + written.substr(11, 8) + "Z";
  const std::string trace = to_string(make_uuid_v7(now, random_));
  const std::string correlation = to_string(make_uuid_v7(now, random_));
  const std::string code = std::to_string(number);
  const std::string description = "AADSTS" + code + ": " + std::string(why) + " Trace ID: " + trace +
                                  " Correlation ID: " + correlation + " Timestamp: " + timestamp;
  return {.status = status,
          .body = Json{{"error", error},
                       {"error_description", description},
                       {"error_codes", {number}},
                       {"timestamp", timestamp},
                       {"trace_id", trace},
                       {"correlation_id", correlation},
                       {"error_uri", "https://login.microsoftonline.com/error?code=" + code}}
                      .dump(-1, ' ', false, Json::error_handler_t::replace)};
}

}  // namespace leadspool::simulator
