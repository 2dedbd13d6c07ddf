// How a delivery's row is made, for the doors that make deliveries: intake, corrections and redrives.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "outbox/new_delivery.h"

namespace leadspool::outbox {

class Connection;

// accept: -> pending, due at once; or -> held.
void insert_delivery(Connection& connection, const NewDelivery& delivery, std::int64_t lead_number, Time now);

// The same for a lead that was stored before, maybe as one that no destination wants: it is wanted now.
void insert_late_deliveries(Connection& connection, const std::vector<NewDelivery>& deliveries,
                            std::int64_t lead_number, Time now);

// From now on it is not shown as a lead that no destination wants; false: it was not.
[[nodiscard]] bool end_unrouted(Connection& connection, std::int64_t lead_number);

}  // namespace leadspool::outbox
