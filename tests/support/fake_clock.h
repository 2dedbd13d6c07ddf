// A clock that stands still until a test moves it.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace leadspool::test {

class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z unless told otherwise.
  explicit FakeClock(Time start = from_unix_ms(1'767'225'600'000)) : start_ms_(to_unix_ms(start)) {}

  [[nodiscard]] Time now() const override { return from_unix_ms(start_ms_ + passed_ms_ + set_by_ms_); }
  [[nodiscard]] SteadyTime steady_now() const override { return SteadyTime{Milliseconds{passed_ms_.load()}}; }

  // Time passes.
  void advance(Milliseconds span) { passed_ms_ += span.count(); }
  // Somebody sets the wall clock; no time passes.
  void set_by(Milliseconds jump) { set_by_ms_ += jump.count(); }

 private:
  const std::int64_t start_ms_;
  std::atomic<std::int64_t> passed_ms_ = 0;
  std::atomic<std::int64_t> set_by_ms_ = 0;
};

}  // namespace leadspool::test
