// A connector: the code that speaks one CRM's protocol.
//
// One attempt is one coroutine, written straight down: render the lead, get a token, send, classify the
// answer. It never decides what happens to the delivery (lead/transition.h does) and never touches the store.
//
// Thread-safety: none; one thread owns a connector. Several attempts of one connector may be in flight at
// once.
#pragma once

#include <string>
#include <vector>

#include "base/task.h"
#include "connector/mapping.h"
#include "http/client.h"
#include "lead/attempt.h"
#include "lead/lead.h"

namespace leadspool::connector {

// The request that would deliver a lead, for a person to read: what is secret in it is masked. A lead that
// needs several requests is shown by the one that carries it.
struct RequestPreview {
  std::string method;  // "PATCH"; of a mail: "MAIL"
  std::string url;
  std::vector<http::Header> headers;
  std::string body;
  std::vector<Cut> cuts;
  std::string rejected_because;  // not empty: the lead would not be sent, and this is why
};

// One thing that a test of a destination has looked at.
struct TestStep {
  enum class Verdict { passed, failed, unknown };  // unknown: this CRM, or this permission, does not tell

  std::string what;  // "token", "permission to create leads", "columns"
  Verdict verdict = Verdict::passed;
  // What was found; of what failed also what to change, and where in the CRM's own screens.
  std::string detail;
  std::string setting;  // the configuration's key that is to be changed: "client_secret"; empty: none
};

class Connector {
 public:
  virtual ~Connector() = default;

  // Tries to deliver `lead`, once. `lead`, `client` and the connector outlive the task. Throws only for our
  // own mistakes; whatever the CRM or the network does is an outcome.
  [[nodiscard]] virtual Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) = 0;

  // What attempt() would send. Pure.
  [[nodiscard]] virtual RequestPreview preview(const LeadWithPayload& lead) const = 0;

  // Looks whether the settings are right, as far as that is to be found out without making a record. The
  // steps come in the order they were taken; one that failed ends the test where the rest depends on it.
  [[nodiscard]] virtual Task<std::vector<TestStep>> test(http::Client& client) = 0;
};

}  // namespace leadspool::connector
