// The `email` connector: a readable mail to people, by SMTP: plain text and HTML, with the lead's address as
// Reply-To. The Message-ID is made of the lead's id, so a mail that is sent twice after a lost answer can be
// known.
//
//   2xx at the end of the data              delivered, be it for some of the recipients only
//   the connection, TLS, 4xx                unavailable
//   5xx to login, sender or all recipients  misconfigured, of every lead
//   5xx to the mail itself                  rejected; misconfigured, but not of every lead, where its
//                                           enhanced code (RFC 3463) is about our rights or a mailbox
//   5xx over a quota, wherever              unavailable
//   the data were sent, but no answer       ambiguous: `on_ambiguous` decides
//   it broke before the data's end          unavailable: a mail without its end is thrown away
//
// The password is read again when it was refused, and tried once more if it is another now.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/live_secret.h"
#include "connector/connector.h"
#include "connector/webhook.h"

namespace leadspool::connector {

struct EmailOptions {
  // "smtps://mail.contoso.com:465", or "smtp://mail.contoso.com:587" with STARTTLS; "smtp://localhost:25"
  // goes without TLS.
  std::string smtp_url;
  std::string username;  // empty: the server asks for none
  LiveSecret password;
  std::string from;
  std::vector<std::string> to;
  // Two targets, `subject` and `text`, replace the mail's own (of `text`: the table of the lead's fields
  // too); any other is one more line of the table in it.
  Mapping mapping;
  WebhookOptions::OnAmbiguous on_ambiguous = WebhookOptions::OnAmbiguous::retry;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds total_timeout{60'000};
  std::string ca_file;  // a PEM bundle to trust instead of the system's
};

[[nodiscard]] Mapping email_mapping();

[[nodiscard]] AttemptOutcome classify_email(const http::ClientResult& result, const EmailOptions& options,
                                            const LeadFields& lead);

class Email final : public Connector {
 public:
  // `clock` outlives the connector.
  Email(EmailOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  // The same once more with another password, if there is one, when the login was refused.
  [[nodiscard]] Task<http::ClientResult> send(http::ClientRequest request, http::Client& client);
  [[nodiscard]] bool has_other_password(const http::ClientRequest& used);

  EmailOptions options_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
