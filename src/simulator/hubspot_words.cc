#include "simulator/hubspot_words.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

constexpr int kDaily = 250'000;
constexpr int kBurst = 190;  // in kBurstMs
constexpr int kBurstMs = 10'000;

Response with_limits(Response response, int burst_left, int daily_left) {
  const auto add = [&](const char* name, int number) {
    response.headers.push_back({std::string("X-HubSpot-RateLimit-") + name, std::to_string(number)});
  };
  add("Daily", kDaily);
  add("Daily-Remaining", daily_left);
  add("Interval-Milliseconds", kBurstMs);
  add("Max", kBurst);
  add("Remaining", burst_left);
  return response;
}

Json error_json(const std::string& correlation_id, std::string_view category, std::string_view message) {
  Json body{{"status", "error"}, {"message", message}, {"correlationId", correlation_id}};
  if (!category.empty()) body["category"] = category;
  return body;
}

// Messages may quote a path, which need not be UTF-8.
std::string text_of(const Json& body) { return body.dump(-1, ' ', false, Json::error_handler_t::replace); }

Response rate_limited(const std::string& correlation_id, std::string_view policy) {
  const bool is_daily = policy == "DAILY";
  const Json body{{"status", "error"},
                  {"message", is_daily ? "You have reached your daily limit."
                                       : "You have reached your ten_secondly_rolling limit."},
                  {"errorType", "RATE_LIMIT"},
                  {"correlationId", correlation_id},
                  {"policyName", policy}};
  return with_limits({.status = 429, .body = text_of(body)}, is_daily ? kBurst - 1 : 0,
                     is_daily ? 0 : kDaily / 2);
}

Response missing_scopes(const std::string& correlation_id) {
  Json body =
      error_json(correlation_id, "MISSING_SCOPES",
                 "This app hasn't been granted all required scopes to make this call. Read more about "
                 "required scopes here: https://developers.hubspot.com/scopes.");
  body["errors"] = Json::array(
      {Json{{"message", "One or more of the following scopes are required."},
            {"context", {{"requiredGranularScopes", Json::array({"crm.objects.contacts.write"})}}}}});
  body["links"] = {{"scopes", "https://developers.hubspot.com/scopes"}};
  return {.status = 403, .body = text_of(body)};
}

Response words_of(FaultMode mode, const std::string& correlation_id) {
  switch (mode) {
    case FaultMode::refuse:
      return {.status = 503,
              .body = text_of(error_json(correlation_id, "", "Service temporarily unavailable"))};
    case FaultMode::error:
      return {.status = 500, .body = text_of(error_json(correlation_id, "", "internal error"))};
    case FaultMode::throttle:
      return rate_limited(correlation_id, "TEN_SECONDLY_ROLLING");
    case FaultMode::quota:
      return rate_limited(correlation_id, "DAILY");
    case FaultMode::reject:
      return hubspot_refusal(correlation_id, {{"email", "INVALID_EMAIL", "Email address is invalid"}});
    case FaultMode::unauthorized:
      return hubspot_unauthorized(correlation_id);
    case FaultMode::forbid:
      return missing_scopes(correlation_id);
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

Response hubspot_answer(int status, std::string body_json) {
  return with_limits({.status = status, .body = std::move(body_json)}, kBurst - 1, kDaily / 2);
}

Response hubspot_error(int status, const std::string& correlation_id, std::string_view category,
                       std::string_view message) {
  return hubspot_answer(status, text_of(error_json(correlation_id, category, message)));
}

Response hubspot_refusal(const std::string& correlation_id, const std::vector<PropertyRefusal>& refused) {
  Json in_message = Json::array();
  Json errors = Json::array();
  for (const auto& [property, code, message] : refused) {
    in_message.push_back({{"isValid", false},
                          {"message", message},
                          {"error", code},
                          {"name", property},
                          {"localizedErrorMessage", message}});
    errors.push_back(
        {{"message", message}, {"code", code}, {"context", {{"propertyName", Json::array({property})}}}});
  }
  Json body = error_json(correlation_id, "VALIDATION_ERROR",
                         "Property values were not valid: " + text_of(in_message));
  body["errors"] = std::move(errors);
  return hubspot_answer(400, text_of(body));
}

Response hubspot_no_properties(const std::string& correlation_id) {
  return hubspot_error(400, correlation_id, "VALIDATION_ERROR",
                       "No properties found to update, please provide at least one.");
}

Response hubspot_conflict(const std::string& correlation_id, const std::string& existing_id) {
  return hubspot_error(409, correlation_id, "CONFLICT",
                       "Contact already exists. Existing ID: " + existing_id);
}

Response hubspot_not_found(const std::string& correlation_id) {
  return hubspot_error(404, correlation_id, "OBJECT_NOT_FOUND", "resource not found");
}

Response hubspot_unauthorized(const std::string& correlation_id) {
  return hubspot_error(
      401, correlation_id, "INVALID_AUTHENTICATION",
      "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can "
      "find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview");
}

Response hubspot_words(const Fault& fault, const std::string& correlation_id) {
  Response response = words_of(fault.mode, correlation_id);
  response.status = fault.status.value_or(response.status);
  return response;
}

}  // namespace leadspool::simulator
