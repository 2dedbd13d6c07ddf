#include "outbox/delivery_views.h"

#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kDeliveries =
    "SELECT id, destination, state, state_since, due_at, attempt_count, held_reason, cause, remote_id "
    "FROM delivery WHERE lead_number = ? ORDER BY destination";

constexpr const char* kAttempts =
    "SELECT number, started_at, duration_ms, outcome, counted, http_status, detail, answer_excerpt "
    "FROM attempt WHERE delivery_id = ? ORDER BY number";

std::vector<Attempt> read_attempts(Connection& connection, std::int64_t delivery_id) {
  auto row = connection.use(kAttempts);
  row->bind(1, delivery_id);
  std::vector<Attempt> attempts;
  while (row->executeStep()) {
    const auto outcome = undamaged(parse_outcome(row->getColumn(3).getString()), "attempt.outcome");
    attempts.push_back({row->getColumn(0).getInt(), from_unix_ms(row->getColumn(1).getInt64()),
                        Milliseconds{row->getColumn(2).getInt64()}, outcome, row->getColumn(4).getInt() == 1,
                        row->getColumn(5).getInt(), row->getColumn(6).getString(),
                        row->getColumn(7).getString()});
  }
  return attempts;
}

}  // namespace

std::vector<DeliveryView> read_deliveries(Connection& connection, std::int64_t lead_number,
                                          bool with_attempts) {
  auto row = connection.use(kDeliveries);
  row->bind(1, lead_number);
  std::vector<DeliveryView> views;
  while (row->executeStep()) {
    DeliveryView view;
    view.destination = row->getColumn(1).getString();
    view.state = undamaged(parse_state(row->getColumn(2).getString()), "delivery.state");
    view.state_since = from_unix_ms(row->getColumn(3).getInt64());
    view.next_attempt_at = read_optional_time(*row, 4);
    view.attempt_count = row->getColumn(5).getInt();
    view.held_reason = row->getColumn(6).getString();
    view.cause = row->getColumn(7).getString();
    view.remote_id = row->getColumn(8).getString();
    if (with_attempts) view.attempts = read_attempts(connection, row->getColumn(0).getInt64());
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace leadspool::outbox
