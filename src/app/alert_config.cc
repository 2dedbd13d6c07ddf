#include "app/alert_config.h"

#include "app/mail_config.h"
#include "http/client.h"

namespace leadspool::app {
namespace {

constexpr std::int64_t kMonth_min = 43'200;

std::optional<alert::WebhookChannel> read_webhook(ConfigSection& section, const ReadingContext& context,
                                                  const std::string& ca_file) {
  const auto* value = section.find("webhook");
  if (value == nullptr) return std::nullopt;
  const auto* literal = std::get_if<std::string>(&value->held);
  const auto url =
      literal != nullptr ? std::optional{Secret{*literal}} : read_secret(*value, "webhook", context, section);
  const bool left_alone = literal == nullptr && context.secrets == Secrets::leave;
  if (url && !left_alone && !http::is_allowed_url(url->reveal())) {
    section.error("webhook",
                  "must begin with https:// (or http:// and a loopback address, for trying things out) and "
                  "carry no name and password");
  }
  return alert::WebhookChannel{url.value_or(Secret{}), ca_file};
}

http::MailServer read_server(ConfigSection& section, const ReadingContext& context,
                             const std::string& ca_file) {
  http::MailServer server;
  server.url = section.text("smtp").value_or("");
  server.user = section.text("smtp_user").value_or("");
  server.ca_file = ca_file;
  if (const auto* password = section.find("smtp_password")) {
    server.password = read_secret(*password, "smtp_password", context, section).value_or(Secret{});
    if (server.user.empty()) section.error("smtp_password", "needs `smtp_user` beside it");
  } else if (!server.user.empty()) {
    section.error("smtp_user", "needs `smtp_password` beside it");
  }
  if (section.find("smtp") == nullptr) return server;
  check_mail_server(section, "smtp", server.url, "smtp_user", "smtp_password");
  server.starttls = !http::may_be_sent_openly(server.url);
  return server;
}

std::optional<alert::MailChannel> read_mail(ConfigSection& section, const ReadingContext& context,
                                            const std::string& ca_file) {
  alert::MailChannel mail;
  mail.to = section.text_or_texts("email");
  mail.server = read_server(section, context, ca_file);
  const bool wanted = section.find("email") != nullptr;
  for (const auto& address : mail.to) check_mail_address(section, "email", address);
  mail.from = section.text("email_from").value_or(mail.to.empty() ? "" : mail.to.front());
  if (section.find("email_from") != nullptr) check_mail_address(section, "email_from", mail.from);
  const auto* const list = wanted ? std::get_if<TomlArray>(&section.find("email")->held) : nullptr;
  if (list != nullptr && list->empty()) section.error("email", "must name at least one address");
  if (wanted && section.find("smtp") == nullptr) {
    section.error("email", "needs the mail server beside it: smtp = \"smtps://mail.contoso.com:465\"");
  }
  if (!wanted && section.find("smtp") != nullptr) {
    section.warning("smtp", "nobody is written to by it: set `email`");
  }
  if (mail.to.empty()) return std::nullopt;
  return mail;
}

}  // namespace

alert::AlertOptions read_alert(ConfigSection& section, const ReadingContext& context) {
  alert::AlertOptions options;
  const auto ca_file = context.resolve(section.text("ca_file").value_or(""));
  options.webhook = read_webhook(section, context, ca_file);
  options.mail = read_mail(section, context, ca_file);
  options.limits.oldest_undelivered =
      std::chrono::minutes{section.whole_number("oldest_undelivered_min", 60, 0, kMonth_min)};
  section.refuse_unknown();
  return options;
}

}  // namespace leadspool::app
