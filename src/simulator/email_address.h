// Whether a text is an e-mail address, as far as CRMs look at one before they take it.
//
// Thread-safety: pure.
#pragma once

#include <string_view>

namespace leadspool::simulator {

// One @, something before it, a domain of at least two labels after it, and no white space or control
// characters. Any letters count, so "zoë@exämple.com" is one.
[[nodiscard]] bool is_email_address(std::string_view text);

}  // namespace leadspool::simulator
