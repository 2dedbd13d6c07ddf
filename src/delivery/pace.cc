#include "delivery/pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace leadspool::delivery {
namespace {

// What has come together from fractions may lack this much.
constexpr double kRounding = 1e-9;
constexpr double kMostAtOnce = 1e9;
constexpr double kLongestWaitMs = 86'400'000;

double bucket(const std::optional<double>& per_second) {
  return per_second ? std::max(1.0, *per_second / 10) : std::numeric_limits<double>::infinity();
}

}  // namespace

Pace::Pace(std::optional<double> per_second) : per_second_(per_second), saved_(bucket(per_second)) {
  CHECK(!per_second || *per_second > 0);
}

void Pace::change(std::optional<double> per_second, SteadyTime now) {
  CHECK(!per_second || *per_second > 0);
  saved_ = std::min(filled(now), bucket(per_second));
  if (!per_second) saved_ = bucket(per_second);
  reckoned_at_ = now;
  per_second_ = per_second;
}

int Pace::available(SteadyTime now) const {
  return static_cast<int>(std::min(filled(now) + kRounding, kMostAtOnce));
}

void Pace::take(int count, SteadyTime now) {
  CHECK(count <= available(now));
  saved_ = std::max(0.0, filled(now) - count);
  reckoned_at_ = now;
}

std::optional<SteadyTime> Pace::next(SteadyTime now) const {
  if (available(now) > 0) return std::nullopt;
  const double wait_ms = std::ceil((1.0 - kRounding - filled(now)) / *per_second_ * 1'000);
  return now + Milliseconds{static_cast<std::int64_t>(std::clamp(wait_ms, 1.0, kLongestWaitMs))};
}

double Pace::filled(SteadyTime now) const {
  if (!per_second_ || !reckoned_at_) return saved_;
  const std::chrono::duration<double> passed = now - *reckoned_at_;
  return std::min(bucket(per_second_), saved_ + passed.count() * *per_second_);
}

}  // namespace leadspool::delivery
