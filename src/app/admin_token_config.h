// The tables [[admin.token]] of the configuration: who may call the admin API, and what they may do.
//
// Thread-safety: any thread.
#pragma once

#include <vector>

#include "admin/admin_token.h"
#include "app/config_section.h"

namespace leadspool::app {

// Whom audit rows name for [admin] token_sha256, which has no name of its own.
inline constexpr auto kNamelessToken = "api";

// One table, beside the tokens that were read before. Mistakes are reported to `section`.
[[nodiscard]] admin::AdminToken read_admin_token(ConfigSection& section,
                                                 const std::vector<admin::AdminToken>& others);

}  // namespace leadspool::app
