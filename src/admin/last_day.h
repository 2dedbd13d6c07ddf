// The last 24 hours, as far as they can be told by what is counted hour by hour: the whole hour in which they
// began, and all of this one.
#pragma once

#include <chrono>

#include "base/time.h"

namespace leadspool::admin {

inline constexpr int kHoursOfLastDay = 24;

// `to` is not part of it.
struct TimeSpan {
  Time from;
  Time to;
};

[[nodiscard]] inline TimeSpan last_day(Time now) {
  const auto this_hour = std::chrono::floor<std::chrono::hours>(now);
  return {this_hour - std::chrono::hours{kHoursOfLastDay}, this_hour + std::chrono::hours{1}};
}

}  // namespace leadspool::admin
