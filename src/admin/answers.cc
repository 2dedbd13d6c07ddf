#include "admin/answers.h"

#include <stdexcept>
#include <utility>
#include <variant>

namespace leadspool::admin {

http::Response ok(std::string content_type, std::string body) {
  return http::Response{
      .status = 200, .content_type = std::move(content_type), .body = std::move(body), .headers = {}};
}

http::Response json_response(std::string body) { return ok("application/json", std::move(body)); }

http::Error make_error(int status, std::string code, std::string message) {
  return {.status = status, .code = std::move(code), .message = std::move(message)};
}

http::Error bad_body(std::string message) { return make_error(400, "bad_body", std::move(message)); }

http::Error no_such_lead() { return make_error(404, "no_such_lead", "There is no lead with this id."); }

http::Error erased(Time at) {
  return make_error(409, "erased",
                    "This lead was erased at " + to_rfc3339(at) +
                        ": only its tombstone is left, which can neither be changed nor delivered.");
}

http::Error store_down(const std::string& why) { return make_error(503, "store_down", why); }

http::Error read_only() {
  return make_error(409, "read_only", "Nothing can be changed here: the store was opened for reading only.");
}

http::Error not_possible(std::string message, const std::string& states) {
  auto error = make_error(409, "not_possible", std::move(message));
  error.details.emplace_back("states", states);
  return error;
}

http::Error not_committed(const outbox::Failure& failure) {
  if (failure.kind == outbox::Failure::Kind::refused) {
    throw std::runtime_error("the store refused a correction: " + failure.detail);
  }
  return store_down("The change may not have been stored, so look before repeating it: " + failure.detail);
}

}  // namespace leadspool::admin
