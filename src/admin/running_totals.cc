#include "admin/running_totals.h"

#include <chrono>

namespace leadspool::admin {
namespace {

constexpr std::chrono::hours kSettlesAfter{48};
// Later than any hour: a clock that was set back leaves hours that seem to lie ahead.
constexpr Time kEver = from_unix_ms(1LL << 52);

void add(outbox::Waits& sum, const outbox::Waits& more) {
  for (std::size_t i = 0; i < sum.counts.size(); ++i) sum.counts[i] += more.counts[i];
}

}  // namespace

Totals RunningTotals::read(Time now) {
  const std::lock_guard lock(mutex_);
  const Time settled = std::chrono::floor<std::chrono::hours>(now - kSettlesAfter);
  if (settled < settled_until_) {  // the clock was set back: what comes now lies in hours that seemed settled
    settled_ = {};
    settled_until_ = {};
  }
  if (settled > settled_until_) {
    auto next = settled_;
    add_hours(next, settled_until_, settled);
    settled_ = std::move(next);
    settled_until_ = settled;
  }
  auto totals = settled_;
  add_hours(totals, settled_until_, kEver);
  return totals;
}

void RunningTotals::add_hours(Totals& totals, Time from, Time to) {
  for (const auto metric : outbox::kMetrics) {
    auto& counts = totals.counts[static_cast<std::size_t>(metric)];
    for (const auto& each : overview_.totals(metric, from, to)) {
      counts[{each.label, each.kind}] += each.count;
      if (metric == outbox::Metric::delivered) {
        add(totals.waits[each.label], overview_.waits(from, to, each.label));
      }
    }
  }
}

}  // namespace leadspool::admin
