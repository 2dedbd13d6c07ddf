// A destination as people are shown it: what the configuration, the running worker and the outbox know of it,
// put together.
//
// Thread-safety: values and pure functions.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "admin/service_view.h"
#include "base/time.h"
#include "lead/destination_record.h"
#include "outbox/overview.h"

namespace leadspool::admin {

// "closed" (as a breaker that is well), "open" (down), "misconfigured", "paused" (a person's, which goes
// before all others), "unknown" (no worker tells and nothing is remembered, or not configured).
inline constexpr std::array<std::string_view, 5> kHealthWords{"closed", "open", "misconfigured", "paused",
                                                              "unknown"};

struct DestinationView {
  std::string name;
  std::string type;  // empty when not configured
  bool configured = false;
  std::string health;         // one of kHealthWords
  std::string reason;         // of that health; empty: all is well
  std::optional<Time> since;  // when that health began; absent when closed
  std::optional<Time> next_probe;
  int in_flight = 0;
  std::optional<Pause> pause;
  std::optional<Time> oldest_waiting_received_at;
  outbox::Waits waits;                         // of the last day
  std::vector<outbox::StateCount> deliveries;  // only counts that are not 0
};

// Those configured, in their order, then those that only stored deliveries still name. The running worker
// knows best how well one is; what is remembered stands in for it. A pause is known to the store alone.
[[nodiscard]] std::vector<DestinationView> put_together(const std::vector<DestinationStatus>& configured,
                                                        const std::vector<outbox::KnownDestination>& known,
                                                        const std::vector<outbox::StateCount>& deliveries,
                                                        Time now);

}  // namespace leadspool::admin
