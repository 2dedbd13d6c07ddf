// The section [alert]: who is told, and every mistake in it.
#include <fstream>

#include "app/alert_facts.h"
#include "app/config.h"
#include "app/status_page.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace leadspool::app {
namespace {

ConfigReading read(const test::TemporaryFolder& folder, const std::string& alert, Secrets secrets) {
  std::ofstream(folder.file("leadspool.toml"))
      << "[alert]\n"
      << alert << "[receiver]\nlisten = \"127.0.0.1:8443\"\n"
      << "[[source]]\nname = \"marketplace\"\nsilence_hours = 48\nkey_sha256 = [\"" << std::string(64, 'a')
      << "\"]\n";
  return read_config(folder.file("leadspool.toml"), secrets);
}

Config good(const test::TemporaryFolder& folder, const std::string& alert, Secrets secrets = Secrets::read) {
  auto reading = read(folder, alert, secrets);
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&reading)) FAIL(to_string(errors->front()));
  return std::get<Config>(std::move(reading));
}

struct Mistake {
  std::string text;
  int line;
  std::string key;
  std::string says;
};

}  // namespace

TEST_CASE("without a word in [alert] nobody is told, but all else is ready to") {
  const test::TemporaryFolder folder;
  const auto config = good(folder, "");
  REQUIRE_FALSE(config.alert.webhook);
  REQUIRE_FALSE(config.alert.mail);
  const auto options = alert_options(config);
  REQUIRE(options.limits.oldest_undelivered == std::chrono::minutes{60});
  REQUIRE(options.limits.silence ==
          std::map<std::string, std::chrono::hours>{{"marketplace", std::chrono::hours{48}}});
  REQUIRE(options.limits.certificate_expires_soon == kExpiresSoon);
  REQUIRE(options.limits.minimum_free_bytes == 64ull << 20);
  REQUIRE_FALSE(options.host.empty());
}

TEST_CASE("every key of [alert] is read") {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("hook")) << "https://hooks.contoso.com/T0/secret\n";
  std::ofstream(folder.file("password")) << "a secret\n";
  const auto alert = good(folder,
                          "webhook = { file = \"hook\" }\n"
                          "email = [\"ops@contoso.com\", \"boss@contoso.com\"]\n"
                          "email_from = \"leadspool@contoso.com\"\n"
                          "smtp = \"smtp://mail.contoso.com:587\"\n"
                          "smtp_user = \"leadspool\"\n"
                          "smtp_password = { file = \"password\" }\n"
                          "ca_file = \"ca.pem\"\n"
                          "oldest_undelivered_min = 15\n")
                         .alert;
  REQUIRE(alert.webhook->url.reveal() == "https://hooks.contoso.com/T0/secret");
  REQUIRE(alert.webhook->ca_file == folder.file("ca.pem"));
  REQUIRE(alert.mail->to == std::vector<std::string>{"ops@contoso.com", "boss@contoso.com"});
  REQUIRE(alert.mail->from == "leadspool@contoso.com");
  REQUIRE(alert.mail->server.url == "smtp://mail.contoso.com:587");
  REQUIRE(alert.mail->server.starttls);
  REQUIRE(alert.mail->server.user == "leadspool");
  REQUIRE(alert.mail->server.password.reveal() == "a secret");
  REQUIRE(alert.mail->server.ca_file == folder.file("ca.pem"));
  REQUIRE(alert.limits.oldest_undelivered == std::chrono::minutes{15});
}

TEST_CASE("a mail server on this machine may be spoken to openly, and one address is its own sender") {
  const test::TemporaryFolder folder;
  const auto alert = good(folder, "email = \"ops@contoso.com\"\nsmtp = \"smtp://localhost\"\n").alert;
  REQUIRE_FALSE(alert.mail->server.starttls);
  REQUIRE(alert.mail->from == "ops@contoso.com");
}

TEST_CASE("commands that need no secrets read [alert] without them") {
  const test::TemporaryFolder folder;
  const auto alert = good(folder,
                          "webhook = { env = \"LEADSPOOL_TEST_NOT_SET\" }\nemail = \"ops@contoso.com\"\n"
                          "smtp = \"smtps://mail.contoso.com\"\nsmtp_user = \"u\"\n"
                          "smtp_password = { file = \"absent\" }\n",
                          Secrets::leave)
                         .alert;
  REQUIRE(alert.webhook->url.empty());
}

TEST_CASE("every mistake in [alert] is told with its place and its mend") {
  const std::string server = "smtp = \"smtps://mail.contoso.com:465\"\n";
  const auto mistake = GENERATE_COPY(
      Mistake{"webhook = \"http://hooks.contoso.com/\"\n", 2, "alert.webhook", "https://"},
      Mistake{"webhook = \"https://u:p@hooks.contoso.com/\"\n", 2, "alert.webhook", "no name and password"},
      Mistake{"webhook = 7\n", 2, "alert.webhook", "must be a secret"},
      Mistake{"\nemail = \"ops@contoso.com\"\n", 3, "alert.email", "mail server"},
      Mistake{server + "email = \"Ops <ops@contoso.com>\"\n", 3, "alert.email", "plain e-mail address"},
      Mistake{server + "email = [\"ops@contoso.com\", 7]\n", 3, "alert.email", "text"},
      Mistake{server + "email = []\n", 3, "alert.email", "at least one"},
      Mistake{server + "email = \"a@b.example\"\nemail_from = \"nobody\"\n", 4, "alert.email_from", "plain"},
      Mistake{"email = \"a@b.example\"\nsmtp = \"mail.contoso.com\"\n", 3, "alert.smtp", "smtps://HOST:465"},
      Mistake{"email = \"a@b.example\"\nsmtp = \"smtp://u:p@mail.contoso.com\"\n", 3, "alert.smtp",
              "smtp_user"},
      Mistake{server + "email = \"a@b.example\"\nsmtp_user = \"u\"\n", 4, "alert.smtp_user", "smtp_password"},
      Mistake{server + "email = \"a@b.example\"\nsmtp_user = \"u\"\nsmtp_password = \"x\"\n", 5,
              "alert.smtp_password", "must not stand in this file"},
      Mistake{"oldest_undelivered_min = -1\n", 2, "alert.oldest_undelivered_min", "between 0 and"},
      Mistake{"webhok = \"https://hooks.contoso.com/\"\n", 2, "alert.webhok", "did you mean `webhook`?"});
  const test::TemporaryFolder folder;
  const auto reading = read(folder, mistake.text, Secrets::read);
  REQUIRE(std::holds_alternative<std::vector<ConfigError>>(reading));
  const auto& errors = std::get<std::vector<ConfigError>>(reading);
  for (const auto& error : errors) UNSCOPED_INFO(to_string(error));
  REQUIRE(errors.size() == 1);
  REQUIRE(errors[0].line == mistake.line);
  REQUIRE(errors[0].key == mistake.key);
  REQUIRE(errors[0].message.find(mistake.says) != std::string::npos);
}

TEST_CASE("a mail server that nobody is written to by is warned of") {
  const test::TemporaryFolder folder;
  const auto config = good(folder, "smtp = \"smtps://mail.contoso.com\"\n");
  REQUIRE_FALSE(config.alert.mail);
  REQUIRE(to_string(config.warnings.front()).find("alert.smtp") != std::string::npos);
}

}  // namespace leadspool::app
