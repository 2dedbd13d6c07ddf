#include "base/clock.h"

namespace leadspool {

Time SystemClock::now() const { return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now()); }

SteadyTime SystemClock::steady_now() const {
  return std::chrono::floor<Milliseconds>(std::chrono::steady_clock::now());
}

}  // namespace leadspool
