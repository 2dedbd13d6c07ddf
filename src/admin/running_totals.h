// What was ever counted: the hours' counts summed up, since the first lead and over all restarts.
//
// A counter is asked for every few seconds, and the hours of years must not be added up each time. So the
// sums of hours that lie long enough behind are kept, and only the rest is read. An hour counts as settled
// after two days: what is counted in it later than that (an attempt whose outcome could not be stored for so
// long) shows after a restart.
//
// Thread-safety: any thread.
// Errors: throws StoreError when the store cannot be read.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/time.h"
#include "outbox/overview.h"

namespace leadspool::admin {

struct Totals {
  // By the label and the kind of an HourCount.
  using Counts = std::map<std::pair<std::string, std::string>, std::int64_t>;
  std::array<Counts, outbox::kMetrics.size()> counts;
  std::map<std::string, outbox::Waits> waits;  // by destination; those that were ever delivered to

  [[nodiscard]] const Counts& of(outbox::Metric metric) const {
    return counts[static_cast<std::size_t>(metric)];
  }
};

class RunningTotals {
 public:
  // `overview` must outlive it.
  explicit RunningTotals(outbox::Overview& overview) : overview_(overview) {}

  [[nodiscard]] Totals read(Time now);

 private:
  void add_hours(Totals& totals, Time from, Time to);

  outbox::Overview& overview_;
  std::mutex mutex_;
  Totals settled_;        // guarded by mutex_; of all hours before settled_until_
  Time settled_until_{};  // guarded by mutex_
};

}  // namespace leadspool::admin
