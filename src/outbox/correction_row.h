// What a correction writes, for the doors by which people change deliveries: corrections and redrives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "outbox/corrections.h"

namespace leadspool::outbox {

class Connection;

// redrive: dead -> pending, with a fresh budget; `redrive_number` is the redrive that it belongs to from now
// on, absent where a person meant this delivery alone. False: it is not dead any more.
[[nodiscard]] bool redrive_delivery(Connection& connection, std::int64_t delivery_id,
                                    std::optional<std::int64_t> redrive_number, Time now);

// `lead_number` absent, `destination` empty: it is about none in particular.
void write_audit(Connection& connection, std::string_view action, std::optional<std::int64_t> lead_number,
                 const std::string& destination, const Order& order, Time now);

}  // namespace leadspool::outbox
