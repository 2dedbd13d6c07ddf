// What became of a reload, as an answer of the admin API.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "admin/service_view.h"
#include "http/message.h"

namespace leadspool::admin {

// {"status":"reloaded","warnings":[...],"restart_needed":[...]}
[[nodiscard]] std::string reloaded_json(const ReloadReport& report);

// An error answer with all of the report's errors beside it: {"error":{...},"errors":[...]}.
[[nodiscard]] http::Response refused_reload(const ReloadReport& report);

}  // namespace leadspool::admin
