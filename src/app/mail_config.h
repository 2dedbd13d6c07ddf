// What the keys for sending mail share: addresses and mail servers.
#pragma once

#include <string>
#include <string_view>

#include "app/config_section.h"

namespace leadspool::app {

// Reports what is no plain address.
void check_mail_address(ConfigSection& section, std::string_view key, const std::string& address);

// Reports what names no mail server, or more than one; `user_key` and `password_key` are where a login
// belongs.
void check_mail_server(ConfigSection& section, std::string_view key, const std::string& url,
                       std::string_view user_key, std::string_view password_key);

}  // namespace leadspool::app
