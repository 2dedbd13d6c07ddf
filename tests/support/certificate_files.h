// A certificate for 127.0.0.1 and its key, as files.
#pragma once

#include <fstream>

#include "base/clock.h"
#include "http/self_signed.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

// certificate.pem and private_key.pem in `folder`, valid for a day at least.
inline void write_certificate(const TemporaryFolder& folder) {
  const auto made = http::make_self_signed({"127.0.0.1"}, SystemClock().now() - std::chrono::hours{1}, 2);
  std::ofstream(folder.file("certificate.pem")) << made.certificate_pem;
  std::ofstream(folder.file("private_key.pem")) << made.private_key_pem;
}

}  // namespace leadspool::test
