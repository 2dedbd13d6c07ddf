#include "outbox/store_counts.h"

#include <map>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/lead_row.h"
#include "outbox/oldest_waiting.h"

namespace leadspool::outbox {
namespace {

// From one cause to the next by the index delivery_by_cause, whose first and last entries of a cause are its
// oldest and its newest.
constexpr const char* kDeadLetters =
    "SELECT counted.cause, counted.destination, counted.count, "
    "  (SELECT state_since FROM delivery INDEXED BY delivery_by_cause WHERE state = 'dead' "
    "     AND destination = counted.destination AND cause = counted.cause ORDER BY state_since LIMIT 1), "
    "  newest.state_since, lead.id "
    "FROM delivery_count AS counted "
    "JOIN delivery AS newest ON newest.id = "
    "  (SELECT id FROM delivery INDEXED BY delivery_by_cause WHERE state = 'dead' "
    "     AND destination = counted.destination AND cause = counted.cause "
    "   ORDER BY state_since DESC, id DESC LIMIT 1) "
    "JOIN lead ON lead.number = newest.lead_number "
    "WHERE counted.state = 'dead' AND counted.count > 0 "
    "ORDER BY counted.count DESC, counted.cause, counted.destination";

constexpr const char* kCountDead =
    "SELECT counted.destination, sum(counted.count), "
    "  min((SELECT state_since FROM delivery INDEXED BY delivery_by_cause WHERE state = 'dead' "
    "     AND destination = counted.destination AND cause = counted.cause ORDER BY state_since LIMIT 1)) "
    "FROM delivery_count AS counted WHERE counted.state = 'dead' AND counted.count > 0 "
    "GROUP BY counted.destination ORDER BY counted.destination";

constexpr const char* kCountUnrouted = "SELECT count(*) FROM lead WHERE unrouted = 1";
constexpr const char* kCountLeads =
    "SELECT source, disposition, count FROM lead_count WHERE count > 0 ORDER BY source, disposition";
// `open` holds the claimed as well, of which there are never more than are in flight.
constexpr const char* kCountStates =
    "SELECT destination, state, sum(count) FROM delivery_count GROUP BY destination, state "
    "ORDER BY destination, state";
constexpr const char* kCountClaimed =
    "SELECT destination, count(*) FROM delivery INDEXED BY delivery_by_state WHERE state = 'claimed' "
    "GROUP BY destination";
constexpr const char* kLastReceived = "SELECT received_at FROM lead ORDER BY number DESC LIMIT 1";

constexpr std::string_view kOpen = "open";

// Numbers are given without gaps, so their distance is the number of leads, but for those that retention
// removed.
constexpr const char* kSearchProgress =
    "SELECT (SELECT coalesce(max(number), 0) FROM lead) - min(indexed_to, (SELECT coalesce(max(number), 0) "
    "FROM "
    "lead)), purge FROM search_progress";

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

std::vector<StateCount> count_claimed(Connection& connection) {
  std::vector<StateCount> counts;
  auto row = connection.use(kCountClaimed);
  while (row->executeStep()) {
    counts.push_back({row->getColumn(0).getString(), State::claimed, row->getColumn(1).getInt64()});
  }
  return counts;
}

std::vector<StateCount> count_states(Connection& connection) {
  auto counts = count_claimed(connection);
  std::map<std::string, std::int64_t> claimed;
  for (const auto& each : counts) claimed[each.destination] = each.count;

  auto row = connection.use(kCountStates);
  while (row->executeStep()) {
    const auto destination = row->getColumn(0).getString();
    const auto name = row->getColumn(1).getString();
    const bool open = name == kOpen;
    const State state = open ? State::pending : undamaged(parse_state(name), "delivery_count.state");
    const auto count = row->getColumn(2).getInt64() - (open ? claimed[destination] : 0);
    if (count > 0) counts.push_back({destination, state, count});
  }
  return counts;
}

std::vector<LeadCount> count_leads(Connection& connection) {
  std::vector<LeadCount> counts;
  auto row = connection.use(kCountLeads);
  while (row->executeStep()) {
    counts.push_back({row->getColumn(0).getString(),
                      undamaged(parse_disposition(row->getColumn(1).getString()), "lead_count.disposition"),
                      row->getColumn(2).getInt64()});
  }
  return counts;
}

std::optional<Time> oldest_of_all(Connection& connection) {
  std::optional<Time> oldest;
  for (const auto& name : all_destinations(connection)) {
    const auto here = oldest_waiting(connection, name);
    if (here && (!oldest || *here < *oldest)) oldest = here;
  }
  return oldest;
}

}  // namespace

StoreStatus count_store(Connection& connection) {
  StoreStatus status;
  status.unrouted = count_unrouted(connection);
  status.dispositions = count_leads(connection);
  for (const auto& each : status.dispositions) status.leads += each.count;
  status.deliveries = count_states(connection);
  status.oldest_undelivered_received_at = oldest_of_all(connection);
  status.last_received_at = one_time(connection, kLastReceived);
  auto row = connection.use(kSearchProgress);
  row->executeStep();
  status.not_searchable = row->getColumn(0).getInt64();
  status.purging = row->getColumn(1).getInt() != 0;
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
