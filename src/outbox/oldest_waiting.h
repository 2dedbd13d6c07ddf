// Which lead has waited longest for a destination.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace leadspool::outbox {

class Connection;

// When the oldest lead was received that is pending or claimed at `destination`; nullopt: none is.
[[nodiscard]] std::optional<Time> oldest_waiting(Connection& connection, const std::string& destination);

}  // namespace leadspool::outbox
