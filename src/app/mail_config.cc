#include "app/mail_config.h"

#include "http/mail.h"

namespace leadspool::app {

void check_mail_address(ConfigSection& section, std::string_view key, const std::string& address) {
  if (http::is_mail_address(address)) return;
  section.error(key, "`" + address + "` is not a plain e-mail address, like \"ops@contoso.com\"");
}

void check_mail_server(ConfigSection& section, std::string_view key, const std::string& url,
                       std::string_view user_key, std::string_view password_key) {
  if (http::is_mail_server_url(url)) return;
  section.error(
      key,
      "must be \"smtps://HOST:465\" or \"smtp://HOST:587\", with nothing beside; name and password go "
      "into " +
          std::string(user_key) + " and " + std::string(password_key));
}

}  // namespace leadspool::app
