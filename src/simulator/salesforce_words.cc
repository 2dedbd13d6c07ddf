#include "simulator/salesforce_words.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

std::string written(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response words_about_tokens(const Fault& fault) {
  switch (fault.mode) {
    case FaultMode::unauthorized:
      return salesforce_token_error(400, "invalid_client", "invalid client credentials");
    case FaultMode::forbid:
      return salesforce_token_error(400, "invalid_grant", "no client credentials user enabled");
    case FaultMode::reject:
      return salesforce_token_error(400, "invalid_grant", "request not supported on this domain");
    case FaultMode::throttle:
    case FaultMode::quota:
      return salesforce_token_error(429, "invalid_grant", "login rate exceeded");
    case FaultMode::refuse:
      return salesforce_token_error(503, "temporarily_unavailable", "server busy");
    default:
      return salesforce_token_error(500, "unknown_error", "retry your request");
  }
}

Response words_about_records(const Fault& fault) {
  switch (fault.mode) {
    case FaultMode::throttle:
      return salesforce_error(429, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded.");
    case FaultMode::quota:
      return salesforce_error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.");
    case FaultMode::reject:
      return salesforce_error(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "This company is not a customer's.",
                              {"Company"});
    case FaultMode::unauthorized:
      return salesforce_invalid_session();
    case FaultMode::forbid:
      return salesforce_may_not_create();
    case FaultMode::refuse:
      return salesforce_error(503, "SERVER_UNAVAILABLE", "Too many requests waiting for connections");
    default:
      return salesforce_error(500, "UNKNOWN_EXCEPTION",
                              "An unexpected error occurred. Please include this ErrorId if you contact "
                              "support: 1234567890-12345 (1234567890)");
  }
}

}  // namespace

Response salesforce_error(int status, std::string_view code, std::string_view message,
                          const std::vector<std::string_view>& fields) {
  Json error{{"message", message}, {"errorCode", code}};
  if (!fields.empty()) error["fields"] = fields;
  return {.status = status,
          .content_type = "application/json;charset=UTF-8",
          .body = written(Json::array({std::move(error)}))};
}

Response salesforce_token_error(int status, std::string_view error, std::string_view why) {
  return {.status = status,
          .content_type = "application/json;charset=UTF-8",
          .body = written({{"error", error}, {"error_description", why}})};
}

Response salesforce_invalid_session() {
  Response response = salesforce_error(401, "INVALID_SESSION_ID", "Session expired or invalid");
  response.headers.push_back({"WWW-Authenticate", "Token"});
  return response;
}

Response salesforce_may_not_create() {
  return salesforce_error(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id");
}

Response salesforce_words(const Fault& fault) {
  Response response = fault.at == FaultPlace::token ? words_about_tokens(fault) : words_about_records(fault);
  if (fault.status) response.status = *fault.status;
  return response;
}

}  // namespace leadspool::simulator
