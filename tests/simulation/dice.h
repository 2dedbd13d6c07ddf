// The dice of a scenario: everything that is left to chance in a simulated run comes from its seed.
//
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/time.h"

namespace leadspool::simulation {

// Alike on every machine and with every standard library, unlike the distributions of <random>.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  // SplitMix64.
  std::uint64_t next() {
    std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
    return mixed ^ (mixed >> 31);
  }

  // 0 to `count` - 1.
  int below(int count) {
    CHECK(count > 0);
    return static_cast<int>(next() % static_cast<std::uint64_t>(count));
  }

  int between(int least, int most) { return least + below(most - least + 1); }

  bool chance(int percent) { return below(100) < percent; }

  Milliseconds span(Milliseconds shortest, Milliseconds longest) {
    const auto width = static_cast<std::uint64_t>((longest - shortest).count()) + 1;
    return shortest + Milliseconds{static_cast<std::int64_t>(next() % width)};
  }

  template <typename Value>
  const Value& pick(const std::vector<Value>& values) {
    return values[static_cast<std::size_t>(below(static_cast<int>(values.size())))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace leadspool::simulation
