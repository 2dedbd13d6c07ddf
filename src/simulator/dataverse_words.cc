#include "simulator/dataverse_words.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

Response usual_words(const Fault& fault) {
  switch (fault.mode) {
    case FaultMode::throttle:
      return dataverse_error(
          429, "0x80072322",
          "Number of requests exceeded the limit of 6000 over time window of 300 seconds.");
    case FaultMode::quota:
      return dataverse_error(429, "0x80072321",
                             "Combined execution time of incoming requests exceeded limit of 1200000 "
                             "milliseconds over time window of 300 seconds. Decrease number of concurrent "
                             "requests or reduce the duration of requests and try again later.");
    case FaultMode::reject:
      return dataverse_too_long("companyname", 100);
    case FaultMode::unauthorized:
      return dataverse_unauthorized();
    case FaultMode::forbid:
      return dataverse_may_not_create();
    case FaultMode::refuse:
      return dataverse_error(503, "0x80072325", "The server is busy. Please try again later.");
    default:
      return dataverse_error(500, "0x80040216", "An unexpected error occurred.");
  }
}

}  // namespace

Response dataverse_error(int status, std::string_view code, std::string_view message) {
  return {.status = status,
          .content_type = "application/json; odata.metadata=minimal",
          .body = Json{{"error", {{"code", code}, {"message", message}}}}.dump(
              -1, ' ', false, Json::error_handler_t::replace),
          .headers = {{"OData-Version", "4.0"}}};
}

Response dataverse_answer(std::string body) {
  return {.content_type = "application/json; odata.metadata=minimal",
          .body = std::move(body),
          .headers = {{"OData-Version", "4.0"}}};
}

Response no_such_segment(std::string_view name) {
  return dataverse_error(404, "0x80060888",
                         "Resource not found for the segment '" + std::string(name) + "'.");
}

Response dataverse_unauthorized() {
  return {
      .status = 401,
      .content_type = "text/plain",
      .headers = {{"WWW-Authenticate",
                   "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize"}}};
}

Response dataverse_may_not_create() {
  return dataverse_error(
      403, "0x80040220",
      "Principal user (Id=2b1f0a52-52f6-ef11-be20-000d3a4a1b2c, type=8, roleCount=1, "
      "privilegeCount=12, accessMode=4 Non-Interactive) is missing prvCreateLead privilege "
      "(Id=54d86427-0b1e-4d0c-8b1a-7d1f0c2e9a31) on OTC=4 for entity 'lead'.");
}

Response dataverse_too_long(std::string_view column, int max_length) {
  return dataverse_error(400, "0x80044331",
                         "A validation error occurred. The length of the '" + std::string(column) +
                             "' attribute of the 'lead' entity exceeded the maximum allowed length of '" +
                             std::to_string(max_length) + "'.");
}

Response dataverse_words(const Fault& fault) {
  Response response = usual_words(fault);
  if (fault.status) response.status = *fault.status;
  return response;
}

}  // namespace leadspool::simulator
