#include "app/connector_config.h"
#include "app/crm_config.h"
#include "app/mail_config.h"
#include "app/webhook_config.h"
#include "connector/email.h"
#include "http/mail.h"

namespace leadspool::app {
namespace {

// The mail, and once more when the password was refused.
constexpr int kRequests = 2;

void read_login(ConfigSection& section, const ReadingContext& context, connector::EmailOptions& options) {
  options.username = section.text("username").value_or("");
  options.password = read_live_secret(section, "password", context);
  const bool has_password = section.find("password") != nullptr;
  if (!options.username.empty() && !has_password) section.error("username", "needs `password` beside it");
  if (options.username.empty() && has_password) section.error("password", "needs `username` beside it");
}

void read_addresses(ConfigSection& section, connector::EmailOptions& options) {
  options.from = required_text(section, "from", "the address that mails are from");
  if (!options.from.empty()) check_mail_address(section, "from", options.from);
  options.to = section.text_or_texts("to");
  for (const auto& address : options.to) check_mail_address(section, "to", address);
  const auto* value = section.find("to");
  const auto* list = value == nullptr ? nullptr : std::get_if<TomlArray>(&value->held);
  if (value == nullptr || (list != nullptr && list->empty())) {
    section.error("to", "missing: the addresses that leads are sent to, like [\"sales@contoso.com\"]");
  }
}

}  // namespace

ConnectorConfig read_email(ConfigSection& section, const ReadingContext& context) {
  connector::EmailOptions options;
  options.smtp_url =
      required_text(section, "smtp_url", "the mail server, like \"smtps://mail.contoso.com:465\"");
  if (!options.smtp_url.empty())
    check_mail_server(section, "smtp_url", options.smtp_url, "username", "password");
  read_login(section, context, options);
  read_addresses(section, options);
  options.mapping = read_mapping(section, connector::email_mapping());
  options.on_ambiguous = read_on_ambiguous(section);
  const auto rules = read_request_rules(section, context,
                                        {.connect_timeout = std::chrono::seconds{10},
                                         .total_timeout = std::chrono::seconds{60},
                                         .ca_file = {}});
  options.connect_timeout = rules.connect_timeout;
  options.total_timeout = rules.total_timeout;
  options.ca_file = rules.ca_file;

  ConnectorConfig config;
  config.longest_attempt = rules.longest(kRequests);
  config.ca_file = rules.ca_file;
  config.without_tls = http::may_be_sent_openly(options.smtp_url);
  config.make = maker_of<connector::Email>(std::move(options));
  return config;
}

}  // namespace leadspool::app
