// What an OPTIONS request, which makes no record anywhere, tells of a webhook's settings.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <vector>

#include "connector/connector.h"
#include "http/client.h"

namespace leadspool::connector {

// `advice` and `setting` are of the credential (auth.h), both empty where there is none.
[[nodiscard]] std::vector<TestStep> webhook_steps(const http::ClientResult& result, const std::string& advice,
                                                  const std::string& setting);

}  // namespace leadspool::connector
