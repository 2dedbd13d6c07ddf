// A clock that stands still until a test moves it.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace leadspool::test {

class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z unless told otherwise.
  explicit FakeClock(Time start = from_unix_ms(1'767'225'600'000)) : now_ms_(to_unix_ms(start)) {}

  [[nodiscard]] Time now() const override { return from_unix_ms(now_ms_); }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{Milliseconds{now_ms_.load()}}; }

  void advance(Milliseconds span) { now_ms_ += span.count(); }

 private:
  std::atomic<std::int64_t> now_ms_;
};

}  // namespace leadspool::test
