// Why somebody did something, in their words: it is kept with what they did.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace leadspool::admin {

// In bytes. Enough for sentences; whoever may only look writes reasons too, and is not to fill the disk.
constexpr std::size_t kLongestReason = 2'000;
inline const std::string kReasonTooLong = "must have at most " + std::to_string(kLongestReason) + " bytes";

[[nodiscard]] inline bool is_too_long_a_reason(std::string_view reason) {
  return reason.size() > kLongestReason;
}

}  // namespace leadspool::admin
