// The `webhook` connector: a request to any HTTPS address, so that it reaches every CRM with a REST API.
//
// Sends the lead's id as `webhook-id` and `Idempotency-Key`, so a receiver that honours either takes a
// repeated lead once; `webhook-timestamp`, and `webhook-signature` when a secret is set, as in Standard
// Webhooks (https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
//
// Answers mean what outcomes.h says, but for `success`: a 2xx that it leaves out is misconfigured. Sent, but
// no answer: `on_ambiguous` decides, and where it says to bury, 500, 502 and 504 are taken for no answer.
// After a 401 the signing secret is read again, as are those of auth.h, and if it is another by now, the
// request is sent once more.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/live_secret.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/mapping.h"
#include "connector/template.h"
#include "connector/url_template.h"

namespace leadspool::connector {

struct Draft;

struct StatusRange {
  int first;
  int last;  // inclusive
};

struct WebhookOptions {
  // May have places, {{ id }}, after the host; what fills them is percent-encoded.
  std::string url;
  // The URL is a secret by itself: a preview shows its host alone. Of the headers below it shows the values
  // only of those that never hold a key (Accept, Content-Type and the like).
  bool url_is_secret = false;
  std::string method = "POST";
  // Beside ours; of ours only Content-Type can be replaced, as the others keep a lead from being taken twice,
  // or are what `auth` says.
  std::vector<http::Header> headers;
  AuthOptions auth;
  enum class Body {
    json,  // the mapping's object
    form,  // its targets as application/x-www-form-urlencoded, dotted ones under their whole name; empty ones
           // are left out
    text,  // `text`
  };
  Body body = Body::json;
  Mapping mapping = Mapping::whole_lead();
  std::vector<Column> columns;
  // With Body::text, and only then. What fills its places is encoded as the content type needs
  // (body_encoding.h).
  std::optional<Template> text;
  std::string content_type;  // empty: what `body` has by itself
  std::vector<StatusRange> success{{200, 299}};
  // Where in the answer's JSON the record's id stands (RFC 6901), "/data/0/id"; empty: its `id`.
  std::string remote_id_pointer;
  enum class OnAmbiguous { retry, bury };
  OnAmbiguous on_ambiguous = OnAmbiguous::retry;
  // "whsec_" + base64, or any other text; empty: not signed.
  LiveSecret signing_secret;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};
  std::string ca_file;  // a PEM bundle to trust instead of the system's
};

// What is wrong with a setting, for the operator.
struct WebhookMistake {
  std::string setting;  // the configuration's key
  std::string message;
};

// The first of: a place in the host of the URL, a signing secret that begins with "whsec_" and goes on with
// what is not base64 (see signing_key()), a remote id that is no JSON pointer, a text without Body::text or
// the other way round.
[[nodiscard]] std::optional<WebhookMistake> find_mistake(const WebhookOptions& options);

// What an answer, or the lack of one, means. The values of `lead` are kept out of the cause; `now` is for a
// Retry-After that is a date. Pure.
[[nodiscard]] AttemptOutcome classify_webhook(const http::ClientResult& result, const WebhookOptions& options,
                                              const LeadFields& lead, Time now);

class Webhook final : public Connector {
 public:
  // `clock` outlives the connector. Throws std::invalid_argument when the options have a mistake.
  Webhook(WebhookOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  [[nodiscard]] Draft draft_for(const LeadWithPayload& lead) const;
  [[nodiscard]] std::string body_of(const LeadWithPayload& lead, const Rendered& rendered) const;
  [[nodiscard]] std::vector<http::Header> headers_of(const LeadWithPayload& lead,
                                                     const std::string& body) const;
  // Whether there is another key than `used` by now; the secret is read again for it.
  [[nodiscard]] bool has_other_signing_key(const Secret& used);

  WebhookOptions options_;
  UrlTemplate url_;
  std::string content_type_;
  Secret signing_key_;
  Auth auth_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
