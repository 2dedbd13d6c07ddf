#include "outbox/corrections.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kLeadNumber = "SELECT number FROM lead WHERE id = ?";

constexpr const char* kDeliveries =
    "SELECT id, destination, state FROM delivery WHERE lead_number = ? ORDER BY destination";

// redrive: dead -> pending, with a fresh budget
constexpr const char* kRedrive =
    "UPDATE delivery SET state = 'pending', state_since = ?1, due_at = ?1, cause = NULL, tries = 0, "
    "  budget_spent = 0 WHERE id = ?2 AND state = 'dead'";

// release: held -> pending
constexpr const char* kRelease =
    "UPDATE delivery SET state = 'pending', state_since = ?1, due_at = ?1, held_reason = NULL "
    "WHERE id = ?2 AND state = 'held'";

// discard: pending, held, dead -> discarded
constexpr const char* kDiscard =
    "UPDATE delivery SET state = 'discarded', state_since = ?1, due_at = NULL "
    "WHERE id = ?2 AND state IN ('pending', 'held', 'dead')";

constexpr const char* kAudit =
    "INSERT INTO audit (at, actor, action, lead_number, destination, reason) VALUES (?, ?, ?, ?, ?, ?)";

const char* update_for(TransitionName transition) {
  switch (transition) {
    case TransitionName::redrive:
      return kRedrive;
    case TransitionName::release:
      return kRelease;
    default:
      return kDiscard;
  }
}

struct Row {
  std::int64_t id;
  std::string destination;
  std::string state;
};

std::vector<Row> read_deliveries(Connection& connection, std::int64_t lead_number,
                                 const std::optional<std::string>& destination) {
  auto row = connection.use(kDeliveries);
  row->bind(1, lead_number);
  std::vector<Row> rows;
  while (row->executeStep()) {
    Row found{row->getColumn(0).getInt64(), row->getColumn(1).getString(), row->getColumn(2).getString()};
    if (!destination || *destination == found.destination) rows.push_back(std::move(found));
  }
  return rows;
}

bool update_row(Connection& connection, TransitionName transition, std::int64_t delivery_id, Time now) {
  auto update = connection.use(update_for(transition));
  update->bind(1, to_unix_ms(now));
  update->bind(2, delivery_id);
  return update->exec() == 1;
}

void write_audit(Connection& connection, TransitionName transition, std::int64_t lead_number,
                 const std::string& destination, const Order& order, Time now) {
  auto audit = connection.use(kAudit);
  audit->bind(1, to_unix_ms(now));
  audit->bind(2, order.actor);
  audit->bind(3, std::string(to_string(transition)));
  audit->bind(4, lead_number);
  audit->bind(5, destination);
  audit->bind(6, order.reason);
  audit->exec();
}

std::string describe(const std::vector<Row>& rows) {
  if (rows.empty()) return "there is no such delivery";
  std::string text;
  for (const auto& row : rows) {
    if (!text.empty()) text += ", ";
    text += row.destination + " is " + row.state;
  }
  return text;
}

}  // namespace

CorrectionResult Corrections::redrive(const Uuid& lead, std::optional<std::string> destination, Order order) {
  return apply(TransitionName::redrive, lead, std::move(destination), std::move(order));
}

CorrectionResult Corrections::release(const Uuid& lead, std::optional<std::string> destination, Order order) {
  return apply(TransitionName::release, lead, std::move(destination), std::move(order));
}

CorrectionResult Corrections::discard(const Uuid& lead, std::optional<std::string> destination, Order order) {
  return apply(TransitionName::discard, lead, std::move(destination), std::move(order));
}

CorrectionResult Corrections::apply(TransitionName transition, const Uuid& lead,
                                    std::optional<std::string> destination, Order order) {
  const Time now = clock_.now();
  CorrectionResult result = NoSuchLead{};
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    std::int64_t lead_number = 0;
    {
      auto row = connection.use(kLeadNumber);
      bind_uuid(*row, 1, lead);
      if (!row->executeStep()) return;
      lead_number = row->getColumn(0).getInt64();
    }
    const auto rows = read_deliveries(connection, lead_number, destination);
    Corrected corrected;
    for (const auto& row : rows) {
      if (!update_row(connection, transition, row.id, now)) continue;
      write_audit(connection, transition, lead_number, row.destination, order, now);
      corrected.destinations.push_back(row.destination);
    }
    if (corrected.destinations.empty()) {
      result = NotPossible{describe(rows)};
    } else {
      result = std::move(corrected);
    }
  });
  if (failure) return *failure;
  if (on_due_ && std::holds_alternative<Corrected>(result)) on_due_();
  return result;
}

}  // namespace leadspool::outbox
