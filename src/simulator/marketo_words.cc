#include "simulator/marketo_words.h"

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

// Messages may quote a query, which need not be UTF-8.
std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json reason(std::string_view code, std::string_view message) {
  return {{"code", code}, {"message", message}};
}

// The token endpoint is another service, behind a gateway of its own.
Response token_words(FaultMode mode) {
  switch (mode) {
    case FaultMode::unauthorized:
    case FaultMode::reject:
      return marketo_token_error(401, "invalid_client", "Bad client credentials");
    case FaultMode::forbid:
      return marketo_token_error(403, "access_denied", "Access is denied");
    case FaultMode::throttle:
    case FaultMode::quota:
      return marketo_token_error(429, "temporarily_unavailable", "Too many requests");
    case FaultMode::refuse:
      return marketo_token_error(503, "temporarily_unavailable", "Service unavailable");
    case FaultMode::error:
      return marketo_token_error(500, "server_error", "Internal error");
    case FaultMode::none:
    case FaultMode::delay:
    case FaultMode::reset:
    case FaultMode::drop_answer:
    case FaultMode::hang:
      break;
  }
  return {};
}

Response record_words(FaultMode mode, const std::string& request_id) {
  switch (mode) {
    case FaultMode::unauthorized:
      return marketo_error(request_id, "601", "Access token invalid");
    case FaultMode::forbid:
      return marketo_error(request_id, "603", "Access denied");
    case FaultMode::throttle:
      return marketo_error(request_id, "606", "Max rate limit '100' exceeded with in '20' secs");
    case FaultMode::quota:
      return marketo_error(request_id, "607", "Daily quota '50000' reached");
    case FaultMode::refuse:
      return marketo_error(request_id, "608", "API Temporarily Unavailable");
    case FaultMode::error:
      return marketo_error(request_id, "611", "System error");
    case FaultMode::reject:
      return marketo_result(request_id,
                            "[" + marketo_skipped("1003", "Invalid value for field 'email'") + "]");
    case FaultMode::none:
    case FaultMode::delay:
    case FaultMode::reset:
    case FaultMode::drop_answer:
    case FaultMode::hang:
      break;
  }
  return {};
}

}  // namespace

Response marketo_result(const std::string& request_id, const std::string& result_json) {
  return {.body =
              text_of({{"requestId", request_id}, {"success", true}, {"result", Json::parse(result_json)}})};
}

Response marketo_error(const std::string& request_id, std::string_view code, std::string_view message) {
  return {
      .body = text_of(
          {{"requestId", request_id}, {"success", false}, {"errors", Json::array({reason(code, message)})}})};
}

std::string marketo_skipped(std::string_view code, std::string_view message) {
  return text_of({{"status", "skipped"}, {"reasons", Json::array({reason(code, message)})}});
}

Response marketo_token_error(int status, std::string_view error, std::string_view description) {
  return {.status = status, .body = text_of({{"error", error}, {"error_description", description}})};
}

Response marketo_words(const Fault& fault, const std::string& request_id) {
  Response response =
      fault.at == FaultPlace::token ? token_words(fault.mode) : record_words(fault.mode, request_id);
  response.status = fault.status.value_or(response.status);
  return response;
}

}  // namespace leadspool::simulator
