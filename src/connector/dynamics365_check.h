// What a test of a `dynamics365` destination looks at: the token, the environment, the table, the permission
// and the columns, all by reading.
//
// Thread-safety: as Connector.
#pragma once

#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/dynamics365.h"

namespace leadspool::connector {

// What is given outlives the task.
[[nodiscard]] Task<std::vector<TestStep>> test_dynamics365(const Dynamics365Options& options, Auth& auth,
                                                           const Clock& clock, http::Client& client);

}  // namespace leadspool::connector
