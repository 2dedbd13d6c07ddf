// What a test of a `salesforce` destination looks at: the token, and what the description of the object tells
// of permissions, of the field that holds the lead's id, and of the columns.
//
// Thread-safety: as Connector.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/salesforce.h"

namespace leadspool::connector {

// To `path` below the object, "describe".
[[nodiscard]] http::ClientRequest salesforce_request(const SalesforceOptions& options, std::string method,
                                                     std::string_view path, std::string body = {});

// What is given outlives the task.
[[nodiscard]] Task<std::vector<TestStep>> test_salesforce(const SalesforceOptions& options, Auth& auth,
                                                          const Clock& clock, http::Client& client);

}  // namespace leadspool::connector
