// Who is let in to one simulated CRM: tokens it has issued, or fixed credentials; and its routes below the
// CRM's path:
//
//   GET    {path}/settings   {"client_id", "client_secret", "token", "token_lifetime_s", "tokens_issued",
//                             "may_create", "duplicate_rule", "fields": [..]}
//   PUT    {path}/settings   changes those that are given
//   DELETE {path}/tokens     every token issued so far is refused from now on
//
// `fields` are the columns that the CRM's record has; a lead that names another is refused in the CRM's
// words, and so is every lead without `may_create`, the permission to make records. With `duplicate_rule` a
// second lead with an e-mail address that it has is refused, where the CRM has such a rule.
//
// Thread-safety: any thread. Ownership: `clock` and `random` outlive it, and it the router's use.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/router.h"

namespace leadspool::simulator {

struct AccessSettings {
  std::string client_id = "leadspool";
  std::string client_secret = "secret";
  std::string token = "token";  // a fixed one, where the CRM has such (API key, private app)
  std::chrono::seconds token_lifetime{3600};
  bool may_create = true;
  bool duplicate_rule = false;
  std::vector<std::string> fields;
};

class AccessDesk {
 public:
  AccessDesk(AccessSettings at_first, const Clock& clock, Random& random);

  void add_routes(http::Router& router, const std::string& path);

  struct Issued {
    std::string token;
    std::chrono::seconds expires_in;
  };
  // A new token each time.
  [[nodiscard]] Issued issue();
  // Whether `token` was issued, and has neither lapsed nor been refused since.
  [[nodiscard]] bool knows(std::string_view token) const;

  [[nodiscard]] AccessSettings settings() const;

 private:
  [[nodiscard]] http::Answer show() const;
  [[nodiscard]] http::Answer change(const http::Request& request);
  [[nodiscard]] http::Answer refuse_issued();

  const Clock& clock_;
  Random& random_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  AccessSettings settings_;
  int issued_ = 0;
  std::map<std::string, SteadyTime, std::less<>> lapses_;  // by token
};

// The fields of a form (application/x-www-form-urlencoded), decoded; a name that comes twice has its last
// value.
[[nodiscard]] std::map<std::string, std::string> read_form(std::string_view body);

}  // namespace leadspool::simulator
