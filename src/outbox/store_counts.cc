#include "outbox/store_counts.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kDeadLetters =
    "SELECT dead.cause, dead.destination, dead.count, dead.first, dead.last, lead.id "
    "FROM (SELECT cause, destination, count(*) AS count, min(state_since) AS first, max(state_since) AS "
    "last, "
    "        max(lead_number) AS sample FROM delivery WHERE state = 'dead' GROUP BY destination, cause) AS "
    "dead "
    "JOIN lead ON lead.number = dead.sample ORDER BY dead.count DESC, dead.cause, dead.destination";

// Answered by what stands in delivery_by_cause, in its own order.
constexpr const char* kCountDead =
    "SELECT destination, count(*), min(state_since) FROM delivery INDEXED BY delivery_by_cause "
    "WHERE state = 'dead' GROUP BY destination";

constexpr const char* kCountLeads = "SELECT count(*) FROM lead";
constexpr const char* kCountUnrouted = "SELECT count(*) FROM lead WHERE unrouted = 1";
// Answered by the partial index lead_by_disposition; the others are the rest.
constexpr const char* kCountNotDeliver =
    "SELECT disposition, count(*) FROM lead WHERE disposition <> 'deliver' GROUP BY disposition";
constexpr const char* kCountStates =
    "SELECT destination, state, count(*) FROM delivery GROUP BY destination, state ORDER BY destination, "
    "state";
constexpr const char* kOldestUndelivered =
    "SELECT min(lead.received_at) FROM lead WHERE lead.number IN "
    "((SELECT min(lead_number) FROM delivery WHERE state = 'pending'), "
    " (SELECT min(lead_number) FROM delivery WHERE state = 'claimed'))";
constexpr const char* kLastReceived = "SELECT received_at FROM lead ORDER BY number DESC LIMIT 1";

// From one source to the next by the index lead_by_source, however many leads each has.
constexpr const char* kLastReceivedBySource =
    "WITH RECURSIVE known (source) AS ("
    "  SELECT min(source) FROM lead "
    "  UNION ALL "
    "  SELECT (SELECT min(source) FROM lead WHERE source > known.source) FROM known "
    "  WHERE known.source IS NOT NULL) "
    "SELECT known.source, "
    "  (SELECT received_at FROM lead WHERE lead.source = known.source ORDER BY number DESC LIMIT 1) "
    "FROM known WHERE known.source IS NOT NULL";

std::optional<Time> one_time(Connection& connection, const char* sql) {
  auto row = connection.use(sql);
  if (!row->executeStep()) return std::nullopt;
  return read_optional_time(*row, 0);
}

std::vector<DispositionCount> count_dispositions(Connection& connection, std::int64_t leads) {
  auto row = connection.use(kCountNotDeliver);
  std::vector<DispositionCount> counts;
  std::int64_t rest = leads;
  while (row->executeStep()) {
    counts.push_back({undamaged(parse_disposition(row->getColumn(0).getString()), "lead.disposition"),
                      row->getColumn(1).getInt64()});
    rest -= counts.back().count;
  }
  if (rest != 0) counts.insert(counts.begin(), {Disposition::deliver, rest});
  return counts;
}

}  // namespace

StoreStatus count_store(Connection& connection) {
  StoreStatus status;
  status.leads = connection.database().execAndGet(kCountLeads).getInt64();
  status.unrouted = count_unrouted(connection);
  status.dispositions = count_dispositions(connection, status.leads);
  {
    auto row = connection.use(kCountStates);
    while (row->executeStep()) {
      status.deliveries.push_back({row->getColumn(0).getString(),
                                   undamaged(parse_state(row->getColumn(1).getString()), "delivery.state"),
                                   row->getColumn(2).getInt64()});
    }
  }
  status.oldest_undelivered_received_at = one_time(connection, kOldestUndelivered);
  status.last_received_at = one_time(connection, kLastReceived);
  return status;
}

std::int64_t count_unrouted(Connection& connection) {
  return connection.database().execAndGet(kCountUnrouted).getInt64();
}

std::vector<DeadGroup> group_dead_letters(Connection& connection) {
  auto row = connection.use(kDeadLetters);
  std::vector<DeadGroup> groups;
  while (row->executeStep()) {
    groups.push_back({row->getColumn(0).getString(), row->getColumn(1).getString(),
                      row->getColumn(2).getInt64(), from_unix_ms(row->getColumn(3).getInt64()),
                      from_unix_ms(row->getColumn(4).getInt64()), read_uuid(*row, 5)});
  }
  return groups;
}

std::vector<DeadCount> count_dead_letters(Connection& connection) {
  auto row = connection.use(kCountDead);
  std::vector<DeadCount> counts;
  while (row->executeStep()) {
    counts.push_back({row->getColumn(0).getString(), row->getColumn(1).getInt64(),
                      from_unix_ms(row->getColumn(2).getInt64())});
  }
  return counts;
}

std::vector<std::pair<std::string, Time>> read_last_received(Connection& connection) {
  auto row = connection.use(kLastReceivedBySource);
  std::vector<std::pair<std::string, Time>> last;
  while (row->executeStep()) {
    last.emplace_back(row->getColumn(0).getString(), from_unix_ms(row->getColumn(1).getInt64()));
  }
  return last;
}

}  // namespace leadspool::outbox
