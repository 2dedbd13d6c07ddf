// The token endpoint of Microsoft Entra ID, as far as client credentials go.
//
// Thread-safety: any thread.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "base/random.h"
#include "http/message.h"
#include "simulator/access_desk.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

class EntraToken {
 public:
  // `desk`, `clock` and `random` outlive it.
  EntraToken(AccessDesk& desk, const Clock& clock, Random& random)
      : desk_(desk), clock_(clock), random_(random) {}

  // A token for the environment at that path (its scope is "https://host{environment}/.default"), or why
  // there is none. The router has filled in "tenant".
  [[nodiscard]] http::Response answer(const http::Request& request, std::string_view environment);

  // What `fault` makes it say.
  [[nodiscard]] http::Response words(const Fault& fault);

 private:
  // As Entra words a refusal; `number` is that of its "AADSTS...".
  [[nodiscard]] http::Response refuse(int status, std::string_view error, int number, std::string_view why);

  AccessDesk& desk_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace leadspool::simulator
