// What the store holds as a whole: counts, groups, and when the latest of something was.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "outbox/overview.h"

namespace leadspool::outbox {

class Connection;

// All of StoreStatus but the size of the files.
[[nodiscard]] StoreStatus count_store(Connection& connection);

[[nodiscard]] std::int64_t count_unrouted(Connection& connection);

// The largest group first.
[[nodiscard]] std::vector<DeadGroup> group_dead_letters(Connection& connection);

// By destination, those that have any.
[[nodiscard]] std::vector<DeadCount> count_dead_letters(Connection& connection);

// By source.
[[nodiscard]] std::vector<std::pair<std::string, Time>> read_last_received(Connection& connection);

}  // namespace leadspool::outbox
