// The one source of "now". Tests hand in a clock of their own and move it.
//
// Thread-safety: implementations may be read from any thread.
#pragma once

#include "base/time.h"

namespace leadspool {

class Clock {
 public:
  virtual ~Clock() = default;

  // Wall clock, UTC. May jump when an administrator or NTP sets it.
  [[nodiscard]] virtual Time now() const = 0;

  // For durations; never jumps.
  [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override;
  [[nodiscard]] SteadyTime steady_now() const override;
};

}  // namespace leadspool
