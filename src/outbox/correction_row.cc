#include "outbox/correction_row.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"

namespace leadspool::outbox {
namespace {

// redrive: dead -> pending
constexpr const char* kRedrive =
    "UPDATE delivery SET state = 'pending', state_since = ?1, due_at = ?1, cause = NULL, tries = 0, "
    "  budget_spent = 0, redrive_number = coalesce(?3, redrive_number) WHERE id = ?2 AND state = 'dead'";

constexpr const char* kAudit =
    "INSERT INTO audit (at, actor, action, lead_number, destination, reason) VALUES (?, ?, ?, ?, ?, ?)";

}  // namespace

bool redrive_delivery(Connection& connection, std::int64_t delivery_id,
                      std::optional<std::int64_t> redrive_number, Time now) {
  auto update = connection.use(kRedrive);
  update->bind(1, to_unix_ms(now));
  update->bind(2, delivery_id);
  if (redrive_number) update->bind(3, *redrive_number);
  return update->exec() == 1;
}

void write_audit(Connection& connection, std::string_view action, std::optional<std::int64_t> lead_number,
                 const std::string& destination, const Order& order, Time now) {
  auto audit = connection.use(kAudit);
  audit->bind(1, to_unix_ms(now));
  audit->bind(2, order.actor);
  audit->bind(3, std::string(action));
  if (lead_number) audit->bind(4, *lead_number);
  if (!destination.empty()) audit->bind(5, destination);
  audit->bind(6, order.reason);
  audit->exec();
}

}  // namespace leadspool::outbox
