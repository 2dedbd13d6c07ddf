// The signature of Standard Webhooks, symmetric form "v1"
// (https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md).
//
// Thread-safety: pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.h"

namespace leadspool::connector {

// The key that a configured secret stands for: the decoded bytes after "whsec_", or the text itself. nullopt
// when "whsec_" is not followed by base64.
[[nodiscard]] std::optional<Secret> signing_key(const Secret& configured);

// "v1,..." for the header webhook-signature.
[[nodiscard]] std::string webhook_signature(const Secret& key, std::string_view id, std::int64_t unix_seconds,
                                            std::string_view body);

}  // namespace leadspool::connector
