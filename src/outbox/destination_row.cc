#include "outbox/destination_row.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"
#include "outbox/oldest_waiting.h"

namespace leadspool::outbox {
namespace {

#define LEADSPOOL_DESTINATION_COLUMNS                                                           \
  "name, condition, since, reason, probe_wait_ms, closed_until, orders, paused_at, paused_by, " \
  "pause_reason"

constexpr const char* kFind = "SELECT " LEADSPOOL_DESTINATION_COLUMNS " FROM destination WHERE name = ?";
constexpr const char* kAll = "SELECT " LEADSPOOL_DESTINATION_COLUMNS " FROM destination ORDER BY name";

constexpr const char* kNames = "SELECT name FROM destination";
constexpr const char* kWorking =
    "SELECT name FROM destination WHERE condition = 'working' AND paused_at IS NULL";

constexpr const char* kWriteHealth =
    "INSERT INTO destination (name, condition, since, reason, probe_wait_ms, closed_until, orders) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET condition = excluded.condition, since = excluded.since, "
    "  reason = excluded.reason, probe_wait_ms = excluded.probe_wait_ms, "
    "  closed_until = excluded.closed_until "
    "WHERE destination.orders <= excluded.orders";

constexpr const char* kPause =
    "INSERT INTO destination (name, condition, since, orders, paused_at, paused_by, pause_reason) "
    "VALUES (?1, 'working', ?2, 1, ?2, ?3, ?4) "
    "ON CONFLICT (name) DO UPDATE SET orders = destination.orders + 1, paused_at = excluded.paused_at, "
    "  paused_by = excluded.paused_by, pause_reason = excluded.pause_reason";

constexpr const char* kResume =
    "UPDATE destination SET since = CASE condition WHEN 'working' THEN since ELSE ?2 END, "
    "  condition = 'working', reason = '', probe_wait_ms = 0, closed_until = NULL, orders = orders + 1, "
    "  paused_at = NULL, paused_by = NULL, pause_reason = NULL WHERE name = ?1";

DestinationRecord read_record(SQLite::Statement& row) {
  DestinationRecord record;
  record.health.condition = undamaged(parse_condition(row.getColumn(1).getString()), "destination.condition");
  record.health.since = from_unix_ms(row.getColumn(2).getInt64());
  record.health.reason = row.getColumn(3).getString();
  record.health.probe_wait = Milliseconds{row.getColumn(4).getInt64()};
  record.health.closed_until = read_optional_time(row, 5);
  record.health.orders = row.getColumn(6).getInt64();
  if (const auto at = read_optional_time(row, 7)) {
    record.pause = Pause{*at, row.getColumn(8).getString(), row.getColumn(9).getString()};
  }
  return record;
}

std::vector<std::string> read_names(Connection& connection, const char* sql) {
  std::vector<std::string> names;
  auto row = connection.use(sql);
  while (row->executeStep()) names.push_back(row->getColumn(0).getString());
  return names;
}

}  // namespace

DestinationRecord find_destination(Connection& connection, const std::string& name) {
  auto row = connection.use(kFind);
  row->bindNoCopy(1, name);
  return row->executeStep() ? read_record(*row) : DestinationRecord{};
}

std::vector<std::string> all_destinations(Connection& connection) { return read_names(connection, kNames); }

std::vector<std::string> working_destinations(Connection& connection) {
  return read_names(connection, kWorking);
}

std::vector<KnownDestination> read_destinations(Connection& connection) {
  std::vector<KnownDestination> known;
  auto row = connection.use(kAll);
  while (row->executeStep()) {
    auto name = row->getColumn(0).getString();
    const auto oldest = oldest_waiting(connection, name);
    known.push_back({std::move(name), read_record(*row), oldest});
  }
  return known;
}

void write_health(Connection& connection, const std::string& name, const HealthRecord& health) {
  auto write = connection.use(kWriteHealth);
  write->bindNoCopy(1, name);
  write->bind(2, std::string(to_string(health.condition)));
  write->bind(3, to_unix_ms(health.since));
  write->bindNoCopy(4, health.reason);
  write->bind(5, static_cast<std::int64_t>(health.probe_wait.count()));
  // What is not bound is NULL.
  if (health.closed_until) write->bind(6, to_unix_ms(*health.closed_until));
  write->bind(7, health.orders);
  write->exec();
}

void write_pause(Connection& connection, const std::string& name, const Order& order, Time now) {
  auto write = connection.use(kPause);
  write->bindNoCopy(1, name);
  write->bind(2, to_unix_ms(now));
  write->bindNoCopy(3, order.actor);
  write->bindNoCopy(4, order.reason);
  write->exec();
}

void write_resume(Connection& connection, const std::string& name, Time now) {
  auto write = connection.use(kResume);
  write->bindNoCopy(1, name);
  write->bind(2, to_unix_ms(now));
  write->exec();
}

}  // namespace leadspool::outbox
