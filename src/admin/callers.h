// Who calls, by the token they present. An address that presents wrong ones again and again waits for its
// answers, and is refused with 429; a right token is never slowed, wherever it comes from
// (http/failed_tries.h).
//
// Thread-safety: any thread.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "admin/admin_token.h"
#include "base/clock.h"
#include "base/current.h"
#include "http/failed_tries.h"
#include "http/message.h"

namespace leadspool::admin {

class Callers {
 public:
  // With `anybody` no token is needed, and every caller is that one. The clock outlives it.
  Callers(std::vector<AdminToken> tokens, std::optional<AdminToken> anybody, const Clock& clock)
      : anybody_(std::move(anybody)), tokens_(std::move(tokens)), wrong_tokens_(clock) {}

  // The caller, or what somebody is answered who may not do what takes this role.
  [[nodiscard]] std::variant<AdminToken, http::Error> admit(const http::Request& request, Role role);

  // Those that open from now on.
  void set_tokens(std::vector<AdminToken> tokens) { tokens_.set(std::move(tokens)); }

 private:
  [[nodiscard]] std::optional<AdminToken> find(std::string_view token) const;

  const std::optional<AdminToken> anybody_;
  Current<std::vector<AdminToken>> tokens_;
  http::FailedTries wrong_tokens_;
};

}  // namespace leadspool::admin
