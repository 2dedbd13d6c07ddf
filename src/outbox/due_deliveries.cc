#include "outbox/due_deliveries.h"

#include <algorithm>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// What may be claimed, oldest due first. Each is answered by a partial index in the index's own order, so it
// costs what it yields, however much is pending; the planner would rather take delivery_by_state.
constexpr const char* kDueFirst =
    "SELECT id, due_at FROM delivery INDEXED BY delivery_due_first WHERE state = 'pending' AND tries = 0 AND "
    "destination = ? "
    "AND due_at <= ? AND id IS NOT ? ORDER BY due_at, id LIMIT ?";
constexpr const char* kDueFirstYoungest =
    "SELECT id, due_at FROM delivery INDEXED BY delivery_due_first WHERE state = 'pending' AND tries = 0 AND "
    "destination = ? "
    "AND due_at <= ? AND id IS NOT ? ORDER BY due_at DESC, id DESC LIMIT ?";
constexpr const char* kDueAgain =
    "SELECT id, due_at FROM delivery INDEXED BY delivery_due_again WHERE state = 'pending' AND tries > 0 AND "
    "destination = ? "
    "AND due_at <= ? AND id IS NOT ? ORDER BY due_at, id LIMIT ?";
constexpr const char* kDueOnly =
    "SELECT 1 FROM delivery WHERE id = ? AND state = 'pending' AND destination = ? AND due_at <= ? "
    "AND (tries = 0 OR ?)";

constexpr const char* kNextFirst =
    "SELECT min(due_at) FROM delivery INDEXED BY delivery_due_first WHERE state = 'pending' AND tries = 0 "
    "AND destination = ?";
constexpr const char* kNextAgain =
    "SELECT min(due_at) FROM delivery INDEXED BY delivery_due_again WHERE state = 'pending' AND tries > 0 "
    "AND destination = ?";

// tries > 0 follows from hasten's last term; the partial index is found only by the index's own words.
#define LEADSPOOL_MAKE_DUE                                                           \
  "UPDATE delivery INDEXED BY delivery_due_again SET due_at = " LEADSPOOL_DUE_BY_AGE \
  " WHERE state = 'pending' AND tries > 0 AND destination = ?2 AND due_at > " LEADSPOOL_DUE_BY_AGE
constexpr const char* kHasten = LEADSPOOL_MAKE_DUE " AND tries > budget_spent";

// Whoever it was that delayed.
constexpr const char* kRetryNow = LEADSPOOL_MAKE_DUE;

#define LEADSPOOL_BRING_BACK            \
  " SET due_at = ?1, state_since = ?1 " \
  "WHERE state = 'pending' AND destination = ?2 AND due_at > ?1 AND state_since > ?1 AND "
constexpr const char* kBringBackFirst =
    "UPDATE delivery INDEXED BY delivery_due_first" LEADSPOOL_BRING_BACK "tries = 0";
constexpr const char* kBringBackAgain =
    "UPDATE delivery INDEXED BY delivery_due_again" LEADSPOOL_BRING_BACK "tries > 0";

Time latest_due(const ClaimOrder& order) { return order.even_if_not_due ? Time::max() : order.now; }

// A delivery that may be claimed.
struct Due {
  Time at;
  std::int64_t delivery_id;

  auto operator<=>(const Due&) const = default;
};

std::vector<Due> read_due(Connection& connection, const char* sql, const ClaimOrder& order, int limit) {
  std::vector<Due> due;
  if (limit <= 0) return due;
  auto row = connection.use(sql);
  row->bindNoCopy(1, order.destination);
  row->bind(2, to_unix_ms(latest_due(order)));
  if (order.except) row->bind(3, *order.except);
  row->bind(4, limit);
  while (row->executeStep()) {
    due.push_back({from_unix_ms(row->getColumn(1).getInt64()), row->getColumn(0).getInt64()});
  }
  return due;
}

bool may_claim(Connection& connection, std::int64_t delivery_id, const ClaimOrder& order) {
  if (order.limit < 1 || order.except == delivery_id) return false;
  auto row = connection.use(kDueOnly);
  row->bind(1, delivery_id);
  row->bindNoCopy(2, order.destination);
  row->bind(3, to_unix_ms(latest_due(order)));
  row->bind(4, order.again_limit > 0 ? 1 : 0);
  return row->executeStep();
}

std::optional<Time> read_next_due(Connection& connection, const char* sql, const std::string& destination) {
  auto row = connection.use(sql);
  row->bindNoCopy(1, destination);
  row->executeStep();
  return read_optional_time(*row, 0);
}

// How many became due.
int make_due(Connection& connection, const char* sql, const std::string& destination, Time now) {
  auto update = connection.use(sql);
  update->bind(1, to_unix_ms(now));
  update->bindNoCopy(2, destination);
  return update->exec();
}

}  // namespace

std::vector<std::int64_t> choose_due(Connection& connection, const ClaimOrder& order) {
  if (order.only) {
    if (may_claim(connection, *order.only, order)) return {*order.only};
    return {};
  }
  auto first = read_due(connection, order.youngest_first ? kDueFirstYoungest : kDueFirst, order, order.limit);
  if (order.youngest_first) std::reverse(first.begin(), first.end());
  const auto again = read_due(connection, kDueAgain, order, std::min(order.again_limit, order.limit));
  std::vector<Due> due(first.size() + again.size());
  std::merge(first.begin(), first.end(), again.begin(), again.end(), due.begin());
  std::vector<std::int64_t> chosen;
  for (const auto& one : due) {
    if (static_cast<int>(chosen.size()) == order.limit) break;
    chosen.push_back(one.delivery_id);
  }
  return chosen;
}

std::optional<Time> next_first_due_at(Connection& connection, const std::string& destination) {
  return read_next_due(connection, kNextFirst, destination);
}

std::optional<Time> next_again_due_at(Connection& connection, const std::string& destination) {
  return read_next_due(connection, kNextAgain, destination);
}

void make_due_what_the_destination_delayed(Connection& connection, const std::string& destination, Time now) {
  make_due(connection, kHasten, destination, now);
}

bool make_due_what_was_tried(Connection& connection, const std::string& destination, Time now) {
  return make_due(connection, kRetryNow, destination, now) > 0;
}

void make_due_what_is_in_the_future(Connection& connection, Time now) {
  for (const auto& destination : all_destinations(connection)) {
    for (const auto* sql : {kBringBackFirst, kBringBackAgain}) make_due(connection, sql, destination, now);
  }
}

}  // namespace leadspool::outbox
