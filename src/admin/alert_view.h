// What people are told, as the JSON of the admin API (json_parts.h has the habits).
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "outbox/overview.h"

namespace leadspool::admin {

// {"open":[...],"notices":[...]}
[[nodiscard]] std::string alerts_json(const std::vector<outbox::OpenAlert>& open,
                                      const std::vector<outbox::NoticeView>& notices);

}  // namespace leadspool::admin
