// When pending deliveries fall due: which an order claims, and what makes some due before their time.
//
// First tries and repeats stand in two partial indexes; every query here is answered by them,
// destination by destination, so it costs what it yields, however much is pending.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "outbox/claims.h"

namespace leadspool::outbox {

// SQL, of a delivery's row, ?1 being now: due when its lead came, as those not tried yet are. So the oldest
// lead goes first, tried or not.
#define LEADSPOOL_DUE_BY_AGE "min(?1, (SELECT received_at FROM lead WHERE number = lead_number))"

class Connection;

// Their ids, oldest due first.
[[nodiscard]] std::vector<std::int64_t> choose_due(Connection& connection, const ClaimOrder& order);

// Of what is pending and was not tried yet, or was.
[[nodiscard]] std::optional<Time> next_first_due_at(Connection& connection, const std::string& destination);
[[nodiscard]] std::optional<Time> next_again_due_at(Connection& connection, const std::string& destination);

// What waits because of the destination's own trouble.
void make_due_what_the_destination_delayed(Connection& connection, const std::string& destination, Time now);
// What waits for another try, whatever the reason. False: nothing did.
[[nodiscard]] bool make_due_what_was_tried(Connection& connection, const std::string& destination, Time now);
// What a clock that ran ahead has delayed, for any destination.
void make_due_what_is_in_the_future(Connection& connection, Time now);

}  // namespace leadspool::outbox
