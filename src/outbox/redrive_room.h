// How much of a redrive is on its way, and how much more of it may be.
//
// None of it grows with how much waits.
#pragma once

#include <cstdint>

#include "outbox/redrive_row.h"
#include "outbox/redrives.h"

namespace leadspool::outbox {

class Connection;

// Pending or claimed, wherever it waits.
[[nodiscard]] bool is_any_on_its_way(Connection& connection, std::int64_t redrive_number);

// How many canaries are still to be drawn: one that a person discards shows nothing, and another takes its
// place.
[[nodiscard]] std::int64_t canaries_left(Connection& connection, const RedriveRow& redrive);

// How many more may be on their way, so that no more than `most_waiting` are.
//
// Where a redrive takes deliveries to any destination, those do not count that wait at one which is down,
// misconfigured, paused or not configured: the rest would wait for it as long as it takes nothing. Where it
// is about one destination they do, as nobody else waits, and what is not on its way can still be stopped.
[[nodiscard]] int room_for(Connection& connection, const RedriveRow& redrive, int most_waiting,
                           const IsConfigured& is_configured);

}  // namespace leadspool::outbox
