#include "receiver/refusal_log.h"

#include <bit>

#include "base/log.h"

namespace leadspool::receiver {

void RefusalLog::refused(const outbox::NotStored& why) {
  const std::uint64_t count = 1 + (why.busy ? busy_count_++ : trouble_count_++);
  if (!std::has_single_bit(count)) return;
  log_warn("lead_not_stored", {{"reason", why.reason}, {"busy", why.busy}, {"count", count}});
}

void RefusalLog::stored() {
  // Read before written: the hot path leaves the line of the cache shared.
  if (trouble_count_.load(std::memory_order_relaxed) == 0) return;
  const std::uint64_t count = trouble_count_.exchange(0);
  if (count != 0) log_info("leads_stored_again", {{"refused", count}});
}

}  // namespace leadspool::receiver
