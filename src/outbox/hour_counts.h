// What was counted hour by hour: rows that triggers keep (migrations/0004), and that outlive the leads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "outbox/overview.h"

namespace leadspool::outbox {

class Connection;

// As Overview::hours(), Overview::totals() and Overview::waits().
[[nodiscard]] std::vector<HourCount> read_hours(Connection& connection, Metric metric, Time from, Time to);
[[nodiscard]] std::vector<HourCount> read_totals(Connection& connection, Metric metric, Time from, Time to);
[[nodiscard]] Waits read_waits(Connection& connection, Time from, Time to,
                               const std::optional<std::string>& destination);

}  // namespace leadspool::outbox
