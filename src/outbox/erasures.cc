#include "outbox/erasures.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/correction_row.h"
#include "outbox/lead_row.h"
#include "outbox/person_leads.h"
#include "outbox/search_index.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kFindLead = "SELECT number, erased_at IS NOT NULL FROM lead WHERE id = ?";

// A try that ended without an answer may have left a record there.
constexpr const char* kDeliveries =
    "SELECT destination, state, remote_id, state = 'delivered' OR EXISTS (SELECT 1 FROM attempt "
    "  WHERE delivery_id = delivery.id AND outcome IN ('ambiguous', 'interrupted')) "
    "FROM delivery WHERE lead_number = ? ORDER BY destination";

constexpr const char* kMakeTombstone =
    "UPDATE lead SET erased_at = ?2, unrouted = 0, "
    "  disposition_reason = iif(disposition = 'deliver', '', 'erased'), payload = x'', "
    "  payload_sha256 = zeroblob(32), headers_json = '{}', remote_address = '', content_sha256 = NULL, "
    "  idempotency_key = NULL, "
    "  (" LEADSPOOL_FIELD_COLUMNS
    ") = ('', '', '', '', '', '', '', '', '', '', '', '', '') "
    "WHERE number = ?1";

constexpr const char* kBlankAttempts =
    "UPDATE attempt SET detail = '', answer_excerpt = '' "
    "WHERE delivery_id IN (SELECT id FROM delivery WHERE lead_number = ?1)";

constexpr const char* kBlankRevisions =
    "UPDATE revision SET reason = '', changes_json = '{}', payload = NULL, disposition_reason_before = '' "
    "WHERE lead_number = ?1";

constexpr const char* kBlankAudit = "UPDATE audit SET reason = '' WHERE lead_number = ?1 AND reason <> ''";

// discard: pending, held, dead -> discarded
constexpr const char* kDiscard =
    "UPDATE delivery SET state = 'discarded', state_since = ?2, due_at = NULL, held_reason = NULL, "
    "  cause = NULL WHERE lead_number = ?1 AND state IN ('pending', 'held', 'dead')";

constexpr const char* kBlankDiscarded =
    "UPDATE delivery SET held_reason = NULL, cause = NULL WHERE lead_number = ?1 AND state = 'discarded'";

// An answer about several leads tells their ids.
constexpr const char* kForgetAnswers = "DELETE FROM given_answer WHERE lead_id = ?1 OR instr(body, ?2) > 0";

struct Delivery {
  std::string destination;
  State state = State::pending;
  std::string remote_id;
  bool may_be_there = false;
};

void run(Connection& connection, const char* sql, std::int64_t lead_number,
         std::optional<Time> now = std::nullopt) {
  auto statement = connection.use(sql);
  statement->bind(1, lead_number);
  if (now) statement->bind(2, to_unix_ms(*now));
  statement->exec();
}

std::vector<Delivery> read_deliveries(Connection& connection, std::int64_t lead_number) {
  auto row = connection.use(kDeliveries);
  row->bind(1, lead_number);
  std::vector<Delivery> deliveries;
  while (row->executeStep()) {
    deliveries.push_back({row->getColumn(0).getString(),
                          undamaged(parse_state(row->getColumn(1).getString()), "delivery.state"),
                          row->getColumn(2).getString(), row->getColumn(3).getInt() == 1});
  }
  return deliveries;
}

void forget_answers(Connection& connection, const Uuid& lead) {
  auto removal = connection.use(kForgetAnswers);
  bind_uuid(*removal, 1, lead);
  removal->bind(2, to_string(lead));
  removal->exec();
}

void erase_rows(Connection& connection, const Uuid& lead, std::int64_t number, Time now) {
  unindex_lead(connection, number);
  run(connection, kMakeTombstone, number, now);
  run(connection, kBlankRevisions, number);
  reindex_lead(connection, number);
  run(connection, kBlankAttempts, number);
  run(connection, kBlankAudit, number);
  run(connection, kDiscard, number, now);
  run(connection, kBlankDiscarded, number);
  forget_answers(connection, lead);
  owe_purge(connection);
}

ErasureResult erase_lead(Connection& connection, const Uuid& lead, const Order& order, Time now) {
  std::int64_t number = 0;
  {
    auto row = connection.use(kFindLead);
    bind_uuid(*row, 1, lead);
    if (!row->executeStep()) return NoSuchLead{};
    if (row->getColumn(1).getInt() == 1) return AlreadyErased{};
    number = row->getColumn(0).getInt64();
  }
  const auto deliveries = read_deliveries(connection, number);
  const auto tried = std::find_if(deliveries.begin(), deliveries.end(),
                                  [](const auto& delivery) { return delivery.state == State::claimed; });
  if (tried != deliveries.end()) return NotPossible{tried->destination + " is being tried at this moment"};

  erase_rows(connection, lead, number, now);
  write_audit(connection, "erase", number, {}, order, now);
  connection.note({.kind = StoredChange::Kind::lead, .lead = lead});
  Erased erased;
  erased.leads.push_back(lead);
  for (const auto& delivery : deliveries) {
    if (delivery.may_be_there) erased.elsewhere.push_back({lead, delivery.destination, delivery.remote_id});
    if (delivery.state == State::delivered || delivery.state == State::discarded) continue;
    connection.note({StoredChange::Kind::delivery, lead, delivery.destination, State::discarded});
  }
  return erased;
}

template <typename Value>
void append(std::vector<Value>& to, std::vector<Value> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

ErasureResult Erasures::erase(const Uuid& lead, const Order& order) {
  const Time now = clock_.now();
  ErasureResult result = NoSuchLead{};
  const auto failure = committer_.commit(
      Urgency::always, [&](Connection& connection) { result = erase_lead(connection, lead, order, now); });
  if (failure) return *failure;
  if (on_erased_ && std::holds_alternative<Erased>(result)) on_erased_();
  return result;
}

PersonErasureResult Erasures::erase_person(const std::string& email, const Order& order) {
  const Time now = clock_.now();
  Erased all;
  std::optional<std::int64_t> before;
  do {
    Erased piece;
    PersonLeads found;
    const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
      found = find_leads_of_person(connection, email, before);
      for (const auto& lead : found.leads) {
        auto result = erase_lead(connection, lead.id, order, now);
        if (auto* erased = std::get_if<Erased>(&result)) {
          append(piece.leads, std::move(erased->leads));
          append(piece.elsewhere, std::move(erased->elsewhere));
        } else if (auto* obstacle = std::get_if<NotPossible>(&result)) {
          piece.spared.push_back({lead.id, std::move(obstacle->states)});
        }
      }
    });
    // What was erased before stays so, and the same call again does the rest.
    if (failure) return *failure;
    append(all.leads, std::move(piece.leads));
    append(all.spared, std::move(piece.spared));
    append(all.elsewhere, std::move(piece.elsewhere));
    before = found.next_before;
  } while (before);
  if (on_erased_ && !all.leads.empty()) on_erased_();
  return all;
}

}  // namespace leadspool::outbox
