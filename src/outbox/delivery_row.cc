#include "outbox/delivery_row.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kInsertPending =
    "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) VALUES (?, ?, 'pending', ?, "
    "?)";

constexpr const char* kInsertHeld =
    "INSERT INTO delivery (lead_number, destination, state, state_since, held_reason) VALUES (?, ?, 'held', "
    "?, ?)";

constexpr const char* kIsRouted = "UPDATE lead SET unrouted = 0 WHERE number = ? AND unrouted = 1";

}  // namespace

void insert_delivery(Connection& connection, const NewDelivery& delivery, std::int64_t lead_number,
                     Time now) {
  auto insert = connection.use(delivery.held_reason ? kInsertHeld : kInsertPending);
  insert->bind(1, lead_number);
  insert->bindNoCopy(2, delivery.destination);
  insert->bind(3, to_unix_ms(now));
  if (delivery.held_reason) {
    insert->bindNoCopy(4, *delivery.held_reason);
  } else {
    insert->bind(4, to_unix_ms(now));
  }
  insert->exec();
}

void insert_late_deliveries(Connection& connection, const std::vector<NewDelivery>& deliveries,
                            std::int64_t lead_number, Time now) {
  for (const auto& delivery : deliveries) insert_delivery(connection, delivery, lead_number, now);
  auto update = connection.use(kIsRouted);
  update->bind(1, lead_number);
  update->exec();
}

}  // namespace leadspool::outbox
