#include "outbox/corrections.h"

#include <algorithm>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/delivery_row.h"
#include "outbox/lead_row.h"
#include "outbox/revision_row.h"

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

// `destination` empty: it is about the lead as a whole.
void write_audit(Connection& connection, std::string_view action, std::int64_t lead_number,
                 const std::string& destination, const Order& order, Time now) {
  auto audit = connection.use(kAudit);
  audit->bind(1, to_unix_ms(now));
  audit->bind(2, order.actor);
  audit->bind(3, std::string(action));
  audit->bind(4, lead_number);
  if (!destination.empty()) audit->bind(5, destination);
  audit->bind(6, order.reason);
  audit->exec();
}

bool is_being_tried(const Row& row) { return row.state == to_string(State::claimed); }

bool can_still_be_delivered(const Row& row) {
  return row.state == to_string(State::pending) || row.state == to_string(State::held) ||
         row.state == to_string(State::dead);
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

// Why a lead cannot be revised now; nullopt when it can.
std::optional<std::string> obstacle_to_revising(Disposition disposition, const std::vector<Row>& rows) {
  if (disposition == Disposition::probe) return "a probe has nothing to revise";
  if (rows.empty()) return std::nullopt;
  const auto tried = std::find_if(rows.begin(), rows.end(), is_being_tried);
  if (tried != rows.end()) return tried->destination + " is being tried at this moment";
  if (std::any_of(rows.begin(), rows.end(), can_still_be_delivered)) return std::nullopt;
  return describe(rows);
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
      write_audit(connection, to_string(transition), lead_number, row.destination, order, now);
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

RevisionResult Corrections::revise(const Uuid& lead, const NewRevision& revision, const Order& order) {
  const Time now = clock_.now();
  RevisionResult result = NoSuchLead{};
  bool made_deliveries = false;
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    const auto latest = find_latest_revision(connection, lead);
    if (!latest) return;
    const auto rows = read_deliveries(connection, latest->lead_number, std::nullopt);
    if (auto obstacle = obstacle_to_revising(latest->disposition, rows)) {
      result = NotPossible{std::move(*obstacle)};
      return;
    }
    if (revision.number != latest->number + 1) {
      result = Overtaken{};
      return;
    }
    if (rows.empty() && revision.deliveries.empty()) {
      result = NoDelivery{};
      return;
    }
    insert_revision(connection, *latest, revision, order, now);
    if (rows.empty()) {
      for (const auto& delivery : revision.deliveries) {
        insert_delivery(connection, delivery, latest->lead_number, now);
      }
      made_deliveries = true;
    }
    write_audit(connection, "revise", latest->lead_number, {}, order, now);
    result = Revised{};
  });
  if (failure) return *failure;
  if (on_due_ && made_deliveries) on_due_();
  return result;
}

}  // namespace leadspool::outbox
