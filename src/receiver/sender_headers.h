// What a sender says about its request in headers.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace leadspool::receiver {

// In the order in which they were applied, of all Content-Encoding headers; without "identity", which says
// nothing. Valid as long as the headers.
[[nodiscard]] std::vector<std::string_view> content_encodings(const std::vector<http::Header>& headers);

// The sender's own key for this request, from Idempotency-Key, else webhook-id; empty when there is none. At
// most 128 bytes of UTF-8, without `secret`: a key that is not so is represented by its SHA-256 in
// hexadecimal.
[[nodiscard]] std::string idempotency_key(const std::vector<http::Header>& headers, std::string_view secret);

}  // namespace leadspool::receiver
