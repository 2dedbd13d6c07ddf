// A certificate of our own making, for trying things out and for standing behind a proxy.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"

namespace leadspool::http {

struct SelfSigned {
  std::string certificate_pem;
  std::string private_key_pem;
};

// An EC P-256 key and a certificate for `names` (DNS names or IP addresses, the first is the subject),
// valid from `from` for `days`. Throws std::runtime_error when libcrypto refuses.
[[nodiscard]] SelfSigned make_self_signed(const std::vector<std::string>& names, Time from, int days);

}  // namespace leadspool::http
