#include "outbox/oldest_waiting.h"

#include <algorithm>
#include <cstdint>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// No index has the pending deliveries of one destination by lead, and one more would cost every lead a write.
// So two ways are tried in turn, each time a longer piece of both, until one comes to its end: all that is
// pending for the destination, in whatever order, and all that is pending, the oldest lead first.
constexpr std::int64_t kFirstPiece = 32;
constexpr std::int64_t kLonger = 4;

constexpr const char* kAtDestination =
    "SELECT count(*), min(lead_number) FROM ("
    "  SELECT lead_number FROM delivery INDEXED BY delivery_due_first "
    "  WHERE state = 'pending' AND tries = 0 AND destination = ?1 "
    "  UNION ALL "
    "  SELECT lead_number FROM delivery INDEXED BY delivery_due_again "
    "  WHERE state = 'pending' AND tries > 0 AND destination = ?1 "
    "  LIMIT ?2)";
constexpr const char* kEverywhere =
    "SELECT lead_number, destination = ?1 FROM delivery INDEXED BY delivery_by_state "
    "WHERE state = 'pending' ORDER BY lead_number LIMIT ?2";

// Never more than are in flight.
constexpr const char* kClaimed =
    "SELECT min(lead_number) FROM delivery INDEXED BY delivery_by_state "
    "WHERE state = 'claimed' AND destination = ?";

constexpr const char* kReceivedAt = "SELECT received_at FROM lead WHERE number = ?";

std::optional<std::int64_t> read_number(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  return cell.isNull() ? std::nullopt : std::optional{cell.getInt64()};
}

// What one way found in a piece; not `known`: only a longer piece can tell.
struct Found {
  bool known = false;
  std::optional<std::int64_t> lead_number;
};

Found look_at_destination(Connection& connection, const std::string& destination, std::int64_t piece) {
  auto row = connection.use(kAtDestination);
  row->bindNoCopy(1, destination);
  row->bind(2, piece);
  row->executeStep();
  if (row->getColumn(0).getInt64() == piece) return {};
  return {true, read_number(*row, 1)};
}

Found look_everywhere(Connection& connection, const std::string& destination, std::int64_t piece) {
  auto row = connection.use(kEverywhere);
  row->bindNoCopy(1, destination);
  row->bind(2, piece);
  while (row->executeStep()) {
    if (row->getColumn(1).getInt() == 1) return {true, row->getColumn(0).getInt64()};
  }
  return {};
}

std::optional<std::int64_t> oldest_pending(Connection& connection, const std::string& destination) {
  for (std::int64_t piece = kFirstPiece;; piece *= kLonger) {
    for (const auto look : {look_at_destination, look_everywhere}) {
      const auto found = look(connection, destination, piece);
      if (found.known) return found.lead_number;
    }
  }
}

std::optional<std::int64_t> oldest_claimed(Connection& connection, const std::string& destination) {
  auto row = connection.use(kClaimed);
  row->bindNoCopy(1, destination);
  row->executeStep();
  return read_number(*row, 0);
}

}  // namespace

std::optional<Time> oldest_waiting(Connection& connection, const std::string& destination) {
  const auto claimed = oldest_claimed(connection, destination);
  const auto pending = oldest_pending(connection, destination);
  if (!claimed && !pending) return std::nullopt;
  auto row = connection.use(kReceivedAt);
  row->bind(1, claimed && pending ? std::min(*claimed, *pending) : claimed ? *claimed : *pending);
  row->executeStep();
  return from_unix_ms(row->getColumn(0).getInt64());
}

}  // namespace leadspool::outbox
