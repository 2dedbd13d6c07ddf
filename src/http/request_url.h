// What of a URL decides how a request is sent.
//
// Thread-safety: pure.
#pragma once

#include <string_view>

namespace leadspool::http {

struct RequestUrl {
  bool allowed = false;  // see is_allowed_url(), is_mail_server_url()
  bool loopback = false;
  bool tls = false;
};

[[nodiscard]] RequestUrl examine_url(std::string_view text);

// The same of a mail server.
[[nodiscard]] RequestUrl examine_mail_url(std::string_view text);

}  // namespace leadspool::http
