// Which lead has waited longest for a destination.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace leadspool::outbox {

class Connection;

// When the oldest lead was received that is pending or claimed at `destination`; nullopt: none is.
//
// Costs by the smaller of two numbers: how many wait there, and how many older ones wait elsewhere.
[[nodiscard]] std::optional<Time> oldest_waiting(Connection& connection, const std::string& destination);

}  // namespace leadspool::outbox
