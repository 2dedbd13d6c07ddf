// The headers of a request that are kept with its lead.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace leadspool::receiver {

// A JSON object of name to text; a repeated header's values are joined by ", ". Leaves out what carries
// credentials by its nature (Authorization, Cookie...) and any header in which `key` occurs, plain or
// percent-encoded, as proxies copy the address of a request into headers of their own.
[[nodiscard]] std::string kept_headers_json(const std::vector<http::Header>& headers, std::string_view key);

}  // namespace leadspool::receiver
