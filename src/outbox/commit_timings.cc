#include "outbox/commit_timings.h"

#include <algorithm>

namespace leadspool::outbox {
namespace {

// The first class whose upper end is not below `value`; past them all, the one without an upper end.
template <typename Classes, typename Value>
std::size_t class_of(const Classes& classes, Value value) {
  return static_cast<std::size_t>(std::lower_bound(classes.begin(), classes.end(), value) - classes.begin());
}

}  // namespace

void CommitMeter::note(Microseconds duration, std::size_t changes) {
  const std::lock_guard lock(mutex_);
  ++timings_.durations[class_of(kCommitClasses, duration)];
  timings_.total += duration;
  ++timings_.batches[class_of(kBatchClasses, changes)];
  timings_.changes += changes;
}

CommitTimings CommitMeter::read() const {
  const std::lock_guard lock(mutex_);
  return timings_;
}

}  // namespace leadspool::outbox
