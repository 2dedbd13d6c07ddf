// How long something took, to the microsecond: for measurements that only people and graphs look at. Whatever
// is decided by time is decided by a Clock, which tests can move.
//
// Thread-safety: one thread at a time.
#pragma once

#include <chrono>

namespace leadspool {

using Microseconds = std::chrono::microseconds;

class Stopwatch {
 public:
  // Starts it.
  Stopwatch();

  [[nodiscard]] Microseconds elapsed() const;

 private:
  std::chrono::steady_clock::time_point started_;
};

}  // namespace leadspool
