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

constexpr const char* kEndUnrouted = "UPDATE lead SET unrouted = 0 WHERE number = ? AND unrouted = 1";

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
  static_cast<void>(end_unrouted(connection, lead_number));
}

bool end_unrouted(Connection& connection, std::int64_t lead_number) {
  auto update = connection.use(kEndUnrouted);
  update->bind(1, lead_number);
  return update->exec() == 1;
}

}  // namespace leadspool::outbox
