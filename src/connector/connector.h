// A connector: the code that speaks one CRM's protocol.
//
// One attempt is one coroutine, written straight down: build the request, send it, classify the answer. It
// never decides what happens to the delivery (lead/transition.h does) and never touches the store.
//
// Thread-safety: none; the worker's thread owns all connectors. Several attempts of one connector may be in
// flight at once.
#pragma once

#include <string>

#include "base/task.h"
#include "http/client.h"
#include "lead/attempt.h"
#include "lead/lead.h"

namespace leadspool::connector {

class Connector {
 public:
  virtual ~Connector() = default;

  // Tries to deliver `lead`, once. `lead` and `client` outlive the task. Throws only for our own mistakes;
  // whatever the CRM or the network does is an outcome.
  [[nodiscard]] virtual Task<AttemptOutcome> attempt(const Lead& lead, http::Client& client) = 0;
};

}  // namespace leadspool::connector
