// The key that a request presents, and what it opens.
//
// Thread-safety: pure.
#pragma once

#include <string_view>
#include <vector>

#include "http/message.h"
#include "receiver/source.h"

namespace leadspool::receiver {

// From ?key=, else from "Authorization: Bearer"; empty when there is none. Valid as long as the request.
[[nodiscard]] std::string_view presented_key(const http::Request& request);

// The source of that name if `key` is one of its keys, else nullptr. Takes the same time whatever is wrong.
[[nodiscard]] const Source* find_opened(const std::vector<Source>& sources, std::string_view name,
                                        std::string_view key);

}  // namespace leadspool::receiver
