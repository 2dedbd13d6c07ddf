#define CPPHTTPLIB_OPENSSL_SUPPORT
#include "http/refusals.h"

#include <string>

#include <httplib.h>

namespace leadspool::http {

Error request_timed_out() {
  return {.status = 408, .code = "request_timeout", .message = "The request did not arrive in time."};
}

Error head_too_large() {
  return {
      .status = 431, .code = "header_too_large", .message = "The request line and headers are too large."};
}

Error body_too_large(std::size_t limit_bytes) {
  return {.status = 413,
          .code = "too_large",
          .message = "The body is larger than the " + std::to_string(limit_bytes) + " bytes taken here."};
}

Error body_malformed() {
  return {.status = 400, .code = "bad_request", .message = "The body ended too soon or is malformed."};
}

Error tls_needed() {
  return {.status = 400, .code = "https_required", .message = "This port speaks HTTPS: use https://."};
}

Error overloaded() {
  return {.status = 503,
          .code = "overloaded",
          .message = "All connections are in use; try again in a few seconds.",
          .headers = {{"Retry-After", "5"}}};
}

Error request_line_refused(int status) {
  switch (status) {
    case 414:
      return {.status = 414, .code = "uri_too_long", .message = "The address is too long."};
    case 500:
      return {.status = 500, .code = "internal_error", .message = "The service failed; its log says why."};
    default:
      return {.status = status, .code = "bad_request", .message = "The request line is malformed."};
  }
}

void write_refusal(Connection& connection, const Error& error) {
  const auto response = to_response(error);
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     httplib::status_message(response.status) + "\r\nContent-Type: application/json\r\n";
  for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
  text += "Content-Length: " + std::to_string(response.body.size()) + "\r\nConnection: close\r\n\r\n";
  static_cast<void>(connection.write(text + response.body));
}

}  // namespace leadspool::http
