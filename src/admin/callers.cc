#include "admin/callers.h"

#include <chrono>
#include <string>
#include <utility>

#include "admin/answers.h"

namespace leadspool::admin {
namespace {

using http::Error;

Error unauthorized() {
  Error error = make_error(401, "unauthorized",
                           "This needs the admin token: send the header \"Authorization: Bearer <token>\".");
  error.headers.push_back({"WWW-Authenticate", "Bearer"});
  return error;
}

Error read_only_token() {
  return make_error(
      403, "read_only_token",
      "This token may look at everything and change nothing; use one whose role is \"operate\".");
}

Error too_many_wrong_tokens(const http::FailedTries::Cost& cost) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(cost.free_after).count();
  Error error =
      make_error(429, "too_many_wrong_tokens",
                 "Your address has presented too many wrong tokens; look at yours, and come again in " +
                     std::to_string(seconds) + " s.");
  error.headers.push_back({"Retry-After", std::to_string(seconds)});
  error.delay = cost.delay;
  return error;
}

}  // namespace

std::variant<AdminToken, Error> Callers::admit(const http::Request& request, Role role) {
  if (anybody_) return *anybody_;
  const std::string_view token = http::bearer_token(request);
  if (token.empty()) return unauthorized();
  auto caller = find(token);
  if (!caller) {
    const auto cost = wrong_tokens_.note(request.remote_address);
    return cost.delay.count() == 0 ? unauthorized() : too_many_wrong_tokens(cost);
  }
  if (role == Role::operate && caller->role != Role::operate) return read_only_token();
  return std::move(*caller);
}

std::optional<AdminToken> Callers::find(std::string_view token) const {
  const Sha256 given = sha256(token);
  const auto tokens = tokens_.get();
  const AdminToken* known = nullptr;
  for (const auto& each : *tokens) {
    if (equal_in_constant_time(each.sha256, given)) known = &each;
  }
  return known ? std::optional{*known} : std::nullopt;
}

}  // namespace leadspool::admin
