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

}  // namespace leadspool::outbox
