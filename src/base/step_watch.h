// How long a thread has been inside one step of its loop, for others to see that it hangs: in a sync that
// never returns, in a callback that blocks.
//
// Thread-safety: begin(), rest() and end() by the thread that is watched, stuck_for() by any. Each costs one
// atomic store.
// Ownership: the clock outlives it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace leadspool {

class StepWatch {
 public:
  explicit StepWatch(const Clock& clock) : clock_(clock) {}

  // A step begins; the one before has ended.
  void begin() { since_ = clock_.steady_now(); }

  // It is about to wait, for so long at most: beyond that it counts as being inside a step.
  void rest(Milliseconds longest) { since_ = clock_.steady_now() + longest; }

  // It waits for work, however long that takes, or works no more.
  void end() { since_ = kNever; }

  // Zero while it rests or waits.
  [[nodiscard]] Milliseconds stuck_for() const {
    return std::max(Milliseconds::zero(), clock_.steady_now() - since_.load());
  }

 private:
  // Far enough from any moment, and from where a difference would overflow.
  static constexpr SteadyTime kNever{Milliseconds{std::int64_t{1} << 60}};

  const Clock& clock_;
  std::atomic<SteadyTime> since_ = kNever;
};

}  // namespace leadspool
