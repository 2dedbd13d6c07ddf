// From times to numbers: among which leads those lie that were received in a time. Costs what the days since
// the first lead are, not what the leads are.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "base/time.h"

namespace leadspool::outbox {

class Connection;

struct NumberRange {
  std::int64_t first = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

// All leads received at or after `from` and before `to` have numbers in it; others may have some too, since a
// clock may have been set back. Of what is absent there is no bound.
[[nodiscard]] NumberRange numbers_received(Connection& connection, std::optional<Time> from,
                                           std::optional<Time> to);

}  // namespace leadspool::outbox
