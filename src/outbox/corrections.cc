#include "outbox/corrections.h"

#include <algorithm>
#include <string_view>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/correction_row.h"
#include "outbox/delivery_row.h"
#include "outbox/destination_row.h"
#include "outbox/due_deliveries.h"
#include "outbox/lead_row.h"
#include "outbox/revision_row.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kLeadNumber = "SELECT number FROM lead WHERE id = ?";

constexpr const char* kDeliveries =
    "SELECT id, destination, state FROM delivery WHERE lead_number = ? ORDER BY destination";

// release: held -> pending
constexpr const char* kRelease =
    "UPDATE delivery SET state = 'pending', state_since = ?1, due_at = ?1, held_reason = NULL "
    "WHERE id = ?2 AND state = 'held'";

// discard: pending, held, dead -> discarded
constexpr const char* kDiscard =
    "UPDATE delivery SET state = 'discarded', state_since = ?1, due_at = NULL "
    "WHERE id = ?2 AND state IN ('pending', 'held', 'dead')";

struct Row {
  std::int64_t id;
  std::string destination;
  std::string state;
};

std::optional<std::int64_t> find_lead_number(Connection& connection, const Uuid& lead) {
  auto row = connection.use(kLeadNumber);
  bind_uuid(*row, 1, lead);
  if (!row->executeStep()) return std::nullopt;
  return row->getColumn(0).getInt64();
}

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
  if (transition == TransitionName::redrive) {
    return redrive_delivery(connection, delivery_id, std::nullopt, now);
  }
  auto update = connection.use(transition == TransitionName::release ? kRelease : kDiscard);
  update->bind(1, to_unix_ms(now));
  update->bind(2, delivery_id);
  return update->exec() == 1;
}

bool is_kept_from_working(const DestinationRecord& record, Time now) {
  return record.pause || record.health.condition != Condition::working ||
         (record.health.closed_until && *record.health.closed_until > now);
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
std::optional<std::string> obstacle_to_revising(const LatestRevision& latest, const std::vector<Row>& rows) {
  if (latest.erased) return "it was erased";
  if (latest.disposition == Disposition::probe) return "a probe has nothing to revise";
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
    const auto found = find_lead_number(connection, lead);
    if (!found) return;
    const auto lead_number = *found;
    const auto rows = read_deliveries(connection, lead_number, destination);
    Corrected corrected;
    for (const auto& row : rows) {
      if (!update_row(connection, transition, row.id, now)) continue;
      write_audit(connection, to_string(transition), lead_number, row.destination, order, now);
      corrected.destinations.push_back(row.destination);
      const State state = transition == TransitionName::discard ? State::discarded : State::pending;
      connection.note({StoredChange::Kind::delivery, lead, row.destination, state});
    }
    const bool is_about_the_lead = transition == TransitionName::discard && !destination;
    const bool gave_up = is_about_the_lead && end_unrouted(connection, lead_number);
    if (gave_up) {
      write_audit(connection, to_string(transition), lead_number, {}, order, now);
      connection.note({.kind = StoredChange::Kind::lead, .lead = lead});
    }
    if (gave_up || !corrected.destinations.empty()) {
      result = std::move(corrected);
    } else {
      result = NotPossible{describe(rows)};
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
    if (auto obstacle = obstacle_to_revising(*latest, rows)) {
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
      insert_late_deliveries(connection, revision.deliveries, latest->lead_number, now);
      made_deliveries = true;
    }
    write_audit(connection, "revise", latest->lead_number, {}, order, now);
    connection.note({.kind = StoredChange::Kind::lead, .lead = lead});
    result = Revised{};
  });
  if (failure) return *failure;
  if (on_due_ && made_deliveries) on_due_();
  return result;
}

NoteResult Corrections::note(const Uuid& lead, const std::string& action, const Order& order) {
  const Time now = clock_.now();
  NoteResult result = NoSuchLead{};
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    const auto lead_number = find_lead_number(connection, lead);
    if (!lead_number) return;
    write_audit(connection, action, *lead_number, {}, order, now);
    connection.note({.kind = StoredChange::Kind::lead, .lead = lead});
    result = Noted{};
  });
  if (failure) return *failure;
  return result;
}

CommitResult Corrections::note(const std::string& action, const Order& order) {
  return committer_.commit(Urgency::always, [&](Connection& connection) {
    write_audit(connection, action, std::nullopt, {}, order, clock_.now());
  });
}

PauseResult Corrections::pause(const std::string& destination, const Order& order) {
  const Time now = clock_.now();
  PauseResult result = AlreadySo{};
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    const auto before = find_destination(connection, destination);
    if (before.pause && before.pause->reason == order.reason) return;
    write_pause(connection, destination, order, now);
    write_audit(connection, "pause", std::nullopt, destination, order, now);
    connection.note({.kind = StoredChange::Kind::destination, .destination = destination});
    result = find_destination(connection, destination);
  });
  if (failure) return *failure;
  if (on_destination_ && std::holds_alternative<DestinationRecord>(result)) on_destination_(destination);
  return result;
}

PauseResult Corrections::resume(const std::string& destination, const Order& order) {
  const Time now = clock_.now();
  PauseResult result = AlreadySo{};
  bool became_due = false;
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    if (!is_kept_from_working(find_destination(connection, destination), now)) return;
    write_resume(connection, destination, now);
    write_audit(connection, "resume", std::nullopt, destination, order, now);
    connection.note({.kind = StoredChange::Kind::destination, .destination = destination});
    became_due = make_due_what_was_tried(connection, destination, now);
    result = find_destination(connection, destination);
  });
  if (failure) return *failure;
  if (on_destination_ && std::holds_alternative<DestinationRecord>(result)) on_destination_(destination);
  if (on_due_ && became_due) on_due_();
  return result;
}

}  // namespace leadspool::outbox
