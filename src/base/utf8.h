// Whether bytes are UTF-8 (RFC 3629).
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace leadspool {

// Where the first byte stands that is not part of a whole, shortest-form, surrogate-free character; nullopt
// when all of `text` is well formed.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text);

}  // namespace leadspool
