// A lead's deliveries as they are shown.
#pragma once

#include <cstdint>
#include <vector>

#include "outbox/reader.h"

namespace leadspool::outbox {

class Connection;

// By destination.
[[nodiscard]] std::vector<DeliveryView> read_deliveries(Connection& connection, std::int64_t lead_number,
                                                        bool with_attempts);

}  // namespace leadspool::outbox
