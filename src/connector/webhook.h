// The `webhook` connector: a JSON request to any HTTPS address.
//
// Sends the lead's id as `webhook-id` and `Idempotency-Key`, so a receiver that honours either takes a
// repeated lead once; `webhook-timestamp`, and `webhook-signature` when a secret is set, as in Standard
// Webhooks (https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
//
//   2xx (or what `success` says)          delivered
//   408 429 5xx, network                  unavailable; 500 502 504 count against the lead's budget
//   401 402 403 404 405 407 410           misconfigured, as are 3xx and a refused certificate: every lead
//                                         would get the same answer, but for a 403, which may be of one
//   any other 4xx                         rejected; only 409 and 422 show that we were let in
//   a 2xx that `success` leaves out       misconfigured, as is any other status: nobody knows what it means
//   sent, but no answer                   ambiguous, and safe to repeat
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "connector/connector.h"
#include "connector/mapping.h"

namespace leadspool::connector {

struct StatusRange {
  int first;
  int last;  // inclusive
};

struct WebhookOptions {
  std::string url;
  std::string method = "POST";
  // Beside ours; of ours only Content-Type can be replaced, as the others keep a lead from being taken twice.
  std::vector<http::Header> headers;
  Mapping mapping = Mapping::whole_lead();
  std::vector<StatusRange> success{{200, 299}};
  // "whsec_" + base64, or any other text; empty: not signed.
  Secret signing_secret;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};
  std::string ca_file;  // a PEM bundle to trust instead of the system's
};

// What an answer, or the lack of one, means. The values of `lead` are kept out of the cause; `now` is for a
// Retry-After that is a date. Pure.
[[nodiscard]] AttemptOutcome classify_webhook(const http::ClientResult& result, const WebhookOptions& options,
                                              const LeadFields& lead, Time now);

class Webhook final : public Connector {
 public:
  // `clock` outlives the connector. Throws std::invalid_argument when the signing secret begins with "whsec_"
  // and goes on with what is not base64 (see signing_key()).
  Webhook(WebhookOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const Lead& lead, http::Client& client) override;

 private:
  [[nodiscard]] http::ClientRequest make_request(const Lead& lead) const;

  WebhookOptions options_;
  Secret signing_key_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
