#include "simulator/odoo_words.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using http::Response;
using Json = nlohmann::ordered_json;

Response exception(int status, std::string_view name, const std::string& message, Json arguments) {
  const Json body{{"name", name},
                  {"message", message},
                  {"arguments", std::move(arguments)},
                  {"context", Json::object()},
                  {"debug", "Traceback (most recent call last):\n" + std::string(name) + ": " + message}};
  // Messages may quote a path, which need not be UTF-8.
  return {.status = status,
          .content_type = "application/json; charset=utf-8",
          .body = body.dump(-1, ' ', false, Json::error_handler_t::replace)};
}

// Of the web server's library: what HTTP has a status for.
Response http_exception(int status, std::string_view name, const std::string& message) {
  return exception(status, "werkzeug.exceptions." + std::string(name), message,
                   Json::array({message, status}));
}

// Of Odoo itself: what a person can do something about.
Response user_error(int status, std::string_view name, const std::string& message) {
  return exception(status, "odoo.exceptions." + std::string(name), message, Json::array({message}));
}

// What the proxy before Odoo says.
Response page(int status, const std::string& title) {
  return {.status = status,
          .content_type = "text/html; charset=utf-8",
          .body = "<!doctype html>\n<html lang=en>\n<title>" + std::to_string(status) + " " + title +
                  "</title>\n<h1>" + title + "</h1>\n"};
}

Response words_of(FaultMode mode) {
  switch (mode) {
    case FaultMode::refuse:
      return page(503, "Service Unavailable");
    case FaultMode::throttle:
    case FaultMode::quota:
      return page(429, "Too Many Requests");
    case FaultMode::error:
      return exception(500, "psycopg2.OperationalError", "could not connect to the database server",
                       Json::array({"could not connect to the database server"}));
    case FaultMode::reject:
      return odoo_validation_error("The value of the field 'Email' (email_from) is not valid.");
    case FaultMode::unauthorized:
      return odoo_unauthorized();
    case FaultMode::forbid:
      return odoo_access_error();
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

Response odoo_unauthorized() {
  Response response = http_exception(401, "Unauthorized", "Invalid apikey");
  response.headers.push_back({"WWW-Authenticate", "bearer"});
  return response;
}

Response odoo_access_error() {
  return user_error(
      403, "AccessError",
      "You are not allowed to create 'Lead' (crm.lead) records.\n\nThis operation is allowed for the "
      "following groups:\n\t- Sales/User: Own Documents Only\n\nContact your administrator to request "
      "access if necessary.");
}

Response odoo_not_found(const std::string& message) { return http_exception(404, "NotFound", message); }

Response odoo_unprocessable(const std::string& message) {
  return http_exception(422, "UnprocessableEntity", message);
}

Response odoo_bad_request(const std::string& message) { return http_exception(400, "BadRequest", message); }

Response odoo_validation_error(const std::string& message) {
  return user_error(422, "ValidationError", message);
}

Response odoo_value_error(const std::string& message) {
  return exception(500, "builtins.ValueError", message, Json::array({message}));
}

Response odoo_no_database() { return page(404, "Not Found"); }

Response odoo_words(const Fault& fault) {
  Response response = words_of(fault.mode);
  response.status = fault.status.value_or(response.status);
  return response;
}

}  // namespace leadspool::simulator
