// How many may begin now, so that no more than `per_second` do in the long run: a bucket that fills at that
// rate and holds a tenth of a second's worth, at least one, so that whoever counts by the second sees hardly
// more.
//
// Thread-safety: none. Pure but for its own state: time is passed in.
#pragma once

#include <optional>

#include "base/time.h"

namespace leadspool::delivery {

class Pace {
 public:
  // Full at first. nullopt: without limit.
  explicit Pace(std::optional<double> per_second = std::nullopt);

  // Another rate from now on; what has been saved up stays, as far as the new bucket holds it.
  void change(std::optional<double> per_second, SteadyTime now);

  [[nodiscard]] int available(SteadyTime now) const;

  // `count` begin: no more than are available.
  void take(int count, SteadyTime now);

  // When one more is available, or to ask again, a day ahead at most; nullopt: one is now.
  [[nodiscard]] std::optional<SteadyTime> next(SteadyTime now) const;

 private:
  [[nodiscard]] double filled(SteadyTime now) const;

  std::optional<double> per_second_;
  double saved_;
  std::optional<SteadyTime> reckoned_at_;
};

}  // namespace leadspool::delivery
