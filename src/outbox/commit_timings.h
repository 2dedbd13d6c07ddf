// How long commits took and how many changes shared them, by classes, since the program started.
//
// Thread-safety: CommitTimings is a value; CommitMeter may be used from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "base/stopwatch.h"

namespace leadspool::outbox {

// The upper ends of the classes; the last class has none.
inline constexpr std::array<Microseconds, 12> kCommitClasses{
    Microseconds{500},     Microseconds{1'000},     Microseconds{2'500},     Microseconds{5'000},
    Microseconds{10'000},  Microseconds{25'000},    Microseconds{50'000},    Microseconds{100'000},
    Microseconds{250'000}, Microseconds{1'000'000}, Microseconds{2'500'000}, Microseconds{10'000'000}};
inline constexpr std::array<std::size_t, 10> kBatchClasses{1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

struct CommitTimings {
  std::array<std::uint64_t, kCommitClasses.size() + 1> durations{};
  Microseconds total{0};  // all durations together
  std::array<std::uint64_t, kBatchClasses.size() + 1> batches{};
  std::uint64_t changes = 0;  // of all batches together
  std::size_t waiting = 0;    // changes that wait for the next commit
};

class CommitMeter {
 public:
  // A commit of `changes` changes, from its beginning until it was on disk.
  void note(Microseconds duration, std::size_t changes);

  // But for `waiting`, of which the meter does not know.
  [[nodiscard]] CommitTimings read() const;

 private:
  mutable std::mutex mutex_;
  CommitTimings timings_;  // guarded by mutex_
};

}  // namespace leadspool::outbox
