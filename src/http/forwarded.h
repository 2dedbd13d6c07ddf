// Whose request it is when proxies stand between.
//
// Each proxy adds whom it got the request from at the end of `Forwarded` (RFC 7239) or `X-Forwarded-For`;
// what stands before that, it was told, and anybody may have told it anything. So the list is read from its
// end, for as long as those who wrote are trusted.
//
// Thread-safety: pure.
#pragma once

#include <vector>

#include "base/ip_address.h"
#include "http/message.h"

namespace leadspool::http {

// `peer` itself unless it is trusted. What cannot be read ends a list: whoever was known until then is the
// answer. When both headers are there and name different clients it is `peer`, too: few proxies write both,
// and the one that ours does not write is whatever the client made up.
[[nodiscard]] IpAddress client_address(const IpAddress& peer, const std::vector<Header>& headers,
                                       const Networks& trusted);

}  // namespace leadspool::http
