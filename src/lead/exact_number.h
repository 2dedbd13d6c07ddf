// Whether a number survives being read by a program that keeps numbers in 64 bits, as nearly all do.
//
// Thread-safety: pure.
#pragma once

#include <string_view>

namespace leadspool {

// `text` is a number as JSON writes them. True when the nearest double says exactly the same: "1.0", "1e2"
// and "0.1" do, "1e999" and "123456789012345678901234567890" do not.
[[nodiscard]] bool is_exact_number(std::string_view text);

}  // namespace leadspool
