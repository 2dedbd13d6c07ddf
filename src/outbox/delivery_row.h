// How a delivery's row is made, for the doors that make deliveries: intake and corrections.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "outbox/new_delivery.h"

namespace leadspool::outbox {

class Connection;

// accept: -> pending, due at once; or -> held.
void insert_delivery(Connection& connection, const NewDelivery& delivery, std::int64_t lead_number, Time now);

}  // namespace leadspool::outbox
