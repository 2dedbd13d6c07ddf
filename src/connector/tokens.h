// The one token of a destination: fetched once for all who wait for it, anew before it lapses, and once more
// when the CRM refused it.
//
// Thread-safety and lifetime of those who wait: as Auth. A fetch that is destroyed while it waits leaves the
// tokens as if it had not begun.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "base/task.h"
#include "connector/auth.h"
#include "connector/token_endpoint.h"
#include "http/client.h"
#include "lead/attempt.h"

namespace leadspool::connector {

class Auth::Tokens {
 public:
  struct Token {
    Secret text;
    std::uint64_t number = 0;  // of the fetch that brought it
    SteadyTime renew_at;
    SteadyTime lapses_at;
  };
  using Result = std::variant<Token, AttemptOutcome>;

  // Both outlive it; the secret in `options` is read again when it was refused.
  Tokens(OAuth2Auth& options, const Clock& clock) : options_(options), clock_(clock) {}

  // An AttemptOutcome: there is none to be had, and why.
  [[nodiscard]] Task<Result> get(http::Client& client);

  // The CRM has refused the token of that number: the next get() fetches another, unless that was done since.
  void refused(std::uint64_t number);

 private:
  class Fetching;

  [[nodiscard]] Task<Result> fetch(http::Client& client);
  [[nodiscard]] Task<Result> ask(http::Client& client);
  [[nodiscard]] std::optional<Result> known();

  OAuth2Auth& options_;
  const Clock& clock_;

  std::optional<Token> token_;
  std::uint64_t fetches_ = 0;
  bool fetching_ = false;
  std::vector<std::function<void(Result)>> waiting_;
  // What the endpoint said when it last refused us, and until when it is not asked again.
  std::optional<AttemptOutcome> refusal_;
  SteadyTime refusal_holds_until_;
};

}  // namespace leadspool::connector
