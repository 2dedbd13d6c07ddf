// Whether a text mentions an e-mail address as a word of its own, not as a part of a longer one.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace leadspool::outbox {

// In whatever case. The text may be JSON, whose escapes are seen through. `address` is not empty.
[[nodiscard]] bool mentions_address(std::string_view text, std::string_view address);

}  // namespace leadspool::outbox
