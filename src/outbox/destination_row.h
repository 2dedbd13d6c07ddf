// What is remembered of a destination: reading its row, and the ways in which it changes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "lead/destination_record.h"
#include "outbox/corrections.h"
#include "outbox/overview.h"

namespace leadspool::outbox {

class Connection;

// Of one that has no row: that it works.
[[nodiscard]] DestinationRecord find_destination(Connection& connection, const std::string& name);

// The names of all that have a row; of those that work and that nobody paused.
[[nodiscard]] std::vector<std::string> all_destinations(Connection& connection);
[[nodiscard]] std::vector<std::string> working_destinations(Connection& connection);

// All that have a row, by name.
[[nodiscard]] std::vector<KnownDestination> read_destinations(Connection& connection);

// Does nothing when more pauses and resumes were ordered than `health` knows of.
void write_health(Connection& connection, const std::string& name, const HealthRecord& health);

// Both count as an order that the worker has to hear of.
void write_pause(Connection& connection, const std::string& name, const Order& order, Time now);
// Nothing is left of a pause, nor of what the destination suffered from.
void write_resume(Connection& connection, const std::string& name, Time now);

}  // namespace leadspool::outbox
