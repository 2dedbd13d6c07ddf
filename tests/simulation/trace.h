// What happened in a simulated run, step by step, and the first promise that was broken.
//
// Two runs of one seed have the same trace, to the last letter; its hash tells whether they do.
//
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace leadspool::simulation {

struct Broken {
  std::string promise;  // its name in README.md
  std::string how;
};

class Trace {
 public:
  // `aloud`: each step also goes to standard output. The clock outlives the trace.
  Trace(const Clock& clock, bool aloud) : clock_(clock), aloud_(aloud) {}

  void step(std::string_view text);

  // What is broken later follows from the first and is not kept.
  void broken(std::string promise, std::string how);

  [[nodiscard]] const std::optional<Broken>& first_broken() const { return broken_; }
  [[nodiscard]] const std::deque<std::string>& last_steps() const { return last_; }
  [[nodiscard]] std::uint64_t hash() const { return hash_; }
  [[nodiscard]] int steps() const { return steps_; }

 private:
  static constexpr std::size_t kKept = 60;

  const Clock& clock_;
  const bool aloud_;
  std::deque<std::string> last_;
  std::optional<Broken> broken_;
  std::uint64_t hash_ = 0xCBF29CE484222325u;
  int steps_ = 0;
};

}  // namespace leadspool::simulation
