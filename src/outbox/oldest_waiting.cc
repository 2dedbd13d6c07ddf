#include "outbox/oldest_waiting.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// The first entries of the index delivery_by_state.
constexpr const char* kOldest =
    "SELECT received_at FROM lead WHERE number = (SELECT min(oldest) FROM ("
    "  SELECT min(lead_number) AS oldest FROM delivery WHERE state = 'pending' AND destination = ?1 "
    "  UNION ALL "
    "  SELECT min(lead_number) FROM delivery WHERE state = 'claimed' AND destination = ?1))";

}  // namespace

std::optional<Time> oldest_waiting(Connection& connection, const std::string& destination) {
  auto row = connection.use(kOldest);
  row->bindNoCopy(1, destination);
  if (!row->executeStep()) return std::nullopt;
  return read_optional_time(*row, 0);
}

}  // namespace leadspool::outbox
