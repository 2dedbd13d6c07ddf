#include "outbox/redrive_row.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

#define LEADSPOOL_REDRIVE_COLUMNS                                                                   \
  "id, at, actor, reason, destination, cause, source, disposition, received_from, received_to, "    \
  "with_missing, canary, rate_per_second, stop_after_failures, state, ended_at, ended_why, total, " \
  "redriven, number, last_lead_number, after_lead, after_delivery, dead_done"

constexpr const char* kNewest =
    "SELECT " LEADSPOOL_REDRIVE_COLUMNS " FROM redrive ORDER BY number DESC LIMIT ?";
constexpr const char* kFind = "SELECT " LEADSPOOL_REDRIVE_COLUMNS " FROM redrive WHERE id = ?";
constexpr const char* kOpen =
    "SELECT id, rate_per_second FROM redrive WHERE ended_at IS NULL ORDER BY number";

constexpr const char* kCountStates =
    "SELECT state, count(*) FROM delivery WHERE redrive_number = ? GROUP BY state";

// What is not bound is NULL.
constexpr const char* kInsert =
    "INSERT INTO redrive (id, at, actor, reason, destination, cause, source, disposition, received_from, "
    "  received_to, with_missing, canary, rate_per_second, stop_after_failures, state, total, "
    "  last_lead_number) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kProgress =
    "UPDATE redrive SET state = ?, redriven = ?, after_lead = ?, after_delivery = ?, dead_done = ? "
    "WHERE number = ?";

constexpr const char* kEnd = "UPDATE redrive SET state = ?, ended_at = ?, ended_why = ? WHERE number = ?";

constexpr RedriveState kRedriveStates[] = {RedriveState::canary, RedriveState::running, RedriveState::done,
                                           RedriveState::cancelled, RedriveState::stopped};

std::optional<RedriveState> parse_redrive_state(std::string_view text) {
  const auto found = std::find_if(std::begin(kRedriveStates), std::end(kRedriveStates),
                                  [&](RedriveState state) { return to_string(state) == text; });
  return found == std::end(kRedriveStates) ? std::nullopt : std::optional{*found};
}

std::optional<std::string> read_text(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  return cell.isNull() ? std::nullopt : std::optional{cell.getString()};
}

std::optional<double> read_rate(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  return cell.isNull() ? std::nullopt : std::optional{cell.getDouble()};
}

NewRedrive read_order(SQLite::Statement& row) {
  NewRedrive order;
  order.filter.destination = read_text(row, 4);
  order.filter.cause = read_text(row, 5);
  order.filter.source = read_text(row, 6);
  if (const auto disposition = read_text(row, 7)) {
    order.filter.disposition = undamaged(parse_disposition(*disposition), "redrive.disposition");
  }
  order.filter.from = read_optional_time(row, 8);
  order.filter.to = read_optional_time(row, 9);
  order.filter.with_missing = row.getColumn(10).getInt() == 1;
  order.canary = row.getColumn(11).getInt();
  order.rate_per_second = read_rate(row, 12);
  if (!row.getColumn(13).isNull()) order.stop_after_failures = row.getColumn(13).getInt();
  return order;
}

RedriveRow read_row(SQLite::Statement& row) {
  RedriveRow redrive;
  redrive.view.id = read_uuid(row, 0);
  redrive.view.at = from_unix_ms(row.getColumn(1).getInt64());
  redrive.view.actor = row.getColumn(2).getString();
  redrive.view.reason = row.getColumn(3).getString();
  redrive.view.order = read_order(row);
  redrive.view.state = undamaged(parse_redrive_state(row.getColumn(14).getString()), "redrive.state");
  redrive.view.ended_at = read_optional_time(row, 15);
  redrive.view.ended_why = row.getColumn(16).getString();
  redrive.view.total = row.getColumn(17).getInt64();
  redrive.view.redriven = row.getColumn(18).getInt64();
  redrive.number = row.getColumn(19).getInt64();
  redrive.last_lead_number = row.getColumn(20).getInt64();
  redrive.cursor = {row.getColumn(21).getInt64(), row.getColumn(22).getInt64(),
                    row.getColumn(23).getInt() == 1};
  return redrive;
}

std::int64_t& count_of(RedriveView& view, State state) {
  switch (state) {
    case State::delivered:
      return view.delivered;
    case State::dead:
      return view.failed;
    case State::discarded:
      return view.discarded;
    default:
      return view.waiting;
  }
}

RedriveView with_counts(Connection& connection, RedriveRow redrive) {
  auto row = connection.use(kCountStates);
  row->bind(1, redrive.number);
  while (row->executeStep()) {
    const auto state = undamaged(parse_state(row->getColumn(0).getString()), "delivery.state");
    count_of(redrive.view, state) += row->getColumn(1).getInt64();
  }
  return std::move(redrive.view);
}

void bind_text(SQLite::Statement& statement, int parameter, const std::optional<std::string>& text) {
  if (text) statement.bind(parameter, *text);
}

void bind_time(SQLite::Statement& statement, int parameter, std::optional<Time> time) {
  if (time) statement.bind(parameter, to_unix_ms(*time));
}

}  // namespace

std::vector<RedriveView> read_redrives(Connection& connection, int limit) {
  std::vector<RedriveRow> redrives;
  {
    auto row = connection.use(kNewest);
    row->bind(1, limit);
    while (row->executeStep()) redrives.push_back(read_row(*row));
  }
  std::vector<RedriveView> views;
  for (auto& redrive : redrives) views.push_back(with_counts(connection, std::move(redrive)));
  return views;
}

std::optional<RedriveView> find_redrive(Connection& connection, const Uuid& id) {
  auto redrive = find_redrive_row(connection, id);
  if (!redrive) return std::nullopt;
  return with_counts(connection, std::move(*redrive));
}

std::vector<OpenRedrive> read_open_redrives(Connection& connection) {
  auto row = connection.use(kOpen);
  std::vector<OpenRedrive> redrives;
  while (row->executeStep()) redrives.push_back({read_uuid(*row, 0), read_rate(*row, 1)});
  return redrives;
}

std::optional<RedriveRow> find_redrive_row(Connection& connection, const Uuid& id) {
  auto row = connection.use(kFind);
  bind_uuid(*row, 1, id);
  if (!row->executeStep()) return std::nullopt;
  return read_row(*row);
}

void insert_redrive(Connection& connection, const RedriveView& redrive, std::int64_t last_lead_number) {
  const auto& filter = redrive.order.filter;
  auto insert = connection.use(kInsert);
  bind_uuid(*insert, 1, redrive.id);
  insert->bind(2, to_unix_ms(redrive.at));
  insert->bind(3, redrive.actor);
  insert->bind(4, redrive.reason);
  bind_text(*insert, 5, filter.destination);
  bind_text(*insert, 6, filter.cause);
  bind_text(*insert, 7, filter.source);
  if (filter.disposition) insert->bind(8, std::string(to_string(*filter.disposition)));
  bind_time(*insert, 9, filter.from);
  bind_time(*insert, 10, filter.to);
  insert->bind(11, filter.with_missing ? 1 : 0);
  insert->bind(12, redrive.order.canary);
  if (redrive.order.rate_per_second) insert->bind(13, *redrive.order.rate_per_second);
  if (redrive.order.stop_after_failures) insert->bind(14, *redrive.order.stop_after_failures);
  insert->bind(15, std::string(to_string(redrive.state)));
  insert->bind(16, redrive.total);
  insert->bind(17, last_lead_number);
  insert->exec();
}

void write_redrive_progress(Connection& connection, const RedriveRow& redrive) {
  auto update = connection.use(kProgress);
  update->bind(1, std::string(to_string(redrive.view.state)));
  update->bind(2, redrive.view.redriven);
  update->bind(3, redrive.cursor.after_lead);
  update->bind(4, redrive.cursor.after_delivery);
  update->bind(5, redrive.cursor.dead_done ? 1 : 0);
  update->bind(6, redrive.number);
  update->exec();
}

void end_redrive(Connection& connection, std::int64_t number, RedriveState state, const std::string& why,
                 Time now) {
  auto update = connection.use(kEnd);
  update->bind(1, std::string(to_string(state)));
  update->bind(2, to_unix_ms(now));
  update->bind(3, why);
  update->bind(4, number);
  update->exec();
}

}  // namespace leadspool::outbox
