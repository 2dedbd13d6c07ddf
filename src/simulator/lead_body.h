// Of what a CRM is sent: whether it is a record at all, and how long its texts are as CRMs count them.
//
// Thread-safety: pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace leadspool::simulator {

// Whether `body` is a JSON object, and not so deep that writing it again would be a danger to the stack.
[[nodiscard]] bool is_lead_body(std::string_view body);

// In UTF-16 units, of well-formed UTF-8: a character beyond the basic plane counts as two.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

}  // namespace leadspool::simulator
