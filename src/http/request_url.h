// What of a URL decides how a request is sent.
//
// Thread-safety: pure.
#pragma once

#include <string_view>

namespace leadspool::http {

struct RequestUrl {
  bool allowed = false;  // see is_allowed_url()
  bool loopback = false;
  bool tls = false;
};

[[nodiscard]] RequestUrl examine_url(std::string_view text);

}  // namespace leadspool::http
