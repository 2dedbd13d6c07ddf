// Whom to tell what goes wrong, and from where on: the [alert] section of the configuration.
//
// Thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert/facts.h"
#include "base/secret.h"
#include "http/mail.h"

namespace leadspool::alert {

struct WebhookChannel {
  // Often a secret by itself: whoever knows a chat's webhook can write there.
  Secret url;
  std::string ca_file;  // a PEM bundle to trust instead of the system's; empty: the system's
};

struct MailChannel {
  http::MailServer server;
  std::string from;
  std::vector<std::string> to;
};

struct AlertOptions {
  std::optional<WebhookChannel> webhook;
  std::optional<MailChannel> mail;
  Limits limits;
  std::string host;  // named in each notice, to tell installations apart
};

}  // namespace leadspool::alert
