#include "outbox/lead_check.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/digest.h"
#include "outbox/connection.h"
#include "outbox/flaws.h"
#include "outbox/lead_row.h"
#include "outbox/search_index.h"

namespace leadspool::outbox {
namespace {

// Some tens of milliseconds' worth.
constexpr std::int64_t kLeadsPerPortion = 10'000;

constexpr const char* kLastNumber = "SELECT seq FROM sqlite_sequence WHERE name = 'lead'";

// What the schema's rules say of a row alone, and what the doors keep to besides. A lead that no destination
// wanted, and that a person gave up, has no delivery and an audit row.
constexpr const char* kLeads =
    "SELECT number, id, payload, payload_sha256, erased_at IS NOT NULL, revision, "
    "  (SELECT count(*) FROM revision WHERE lead_number = lead.number), "
    "  (SELECT coalesce(max(number), 0) FROM revision WHERE lead_number = lead.number), "
    "  received_at - received_at % 3600000, source, "
    "  coalesce((SELECT disposition_before FROM revision WHERE lead_number = lead.number "
    "            ORDER BY number LIMIT 1), disposition), "
    "  CASE "
    "    WHEN length(id) <> 16 THEN 'its id is none' "
    "    WHEN disposition NOT IN "
    "      ('deliver', 'test', 'do_not_contact', 'duplicate', 'probe', 'quarantined') "
    "      THEN 'its disposition is none that there is' "
    "    WHEN (disposition = 'duplicate') <> (duplicate_of IS NOT NULL) "
    "      THEN iif(duplicate_of IS NULL, 'it is a duplicate, but of no lead', "
    "               'it is a duplicate of a lead, but its disposition is ' || disposition) "
    "    WHEN (disposition = 'deliver') <> (disposition_reason = '') "
    "      THEN 'its disposition is ' || disposition || "
    "           iif(disposition = 'deliver', ', but a reason stands against it', ', for no reason') "
    "    WHEN length(payload_sha256) <> 32 THEN 'its receipt holds no digest' "
    "    WHEN NOT json_valid(headers_json) THEN 'its headers are not JSON' "
    "    WHEN erased_at IS NOT NULL AND (trim(" LEADSPOOL_SEARCH_TEXT
    ") <> '' OR headers_json <> '{}' OR remote_address <> '') "
    "      THEN 'it was erased, but something of it is still there' "
    "    WHEN unrouted = 1 AND EXISTS (SELECT 1 FROM delivery WHERE lead_number = lead.number) "
    "      THEN 'no destination wants it, but it has a delivery' "
    "    WHEN unrouted = 0 AND erased_at IS NULL AND disposition IN ('deliver', 'test') "
    "      AND NOT EXISTS (SELECT 1 FROM delivery WHERE lead_number = lead.number) "
    "      AND NOT EXISTS (SELECT 1 FROM audit WHERE lead_number = lead.number AND action = 'discard' "
    "                      AND destination IS NULL) "
    "      THEN 'it is to go out, but its delivery is missing' "
    "  END "
    "FROM lead WHERE number > ?1 ORDER BY number LIMIT ?2";

constexpr const char* kImpossibleDeliveries =
    "SELECT lead_number, destination, flaw FROM (SELECT lead_number, destination, CASE "
    "  WHEN state NOT IN ('pending', 'claimed', 'delivered', 'dead', 'held', 'discarded') "
    "    THEN 'its state is none that there is' "
    "  WHEN (state = 'pending') <> (due_at IS NOT NULL) "
    "    THEN iif(due_at IS NULL, 'it is pending, but never due', 'it is ' || state || ', but due') "
    "  WHEN (state = 'claimed') <> (claim_id IS NOT NULL) "
    "    THEN iif(claim_id IS NULL, 'it is claimed, but by nobody', 'it is ' || state || ', but claimed "
    "too') "
    "  WHEN (claim_id IS NULL) <> (lease_until IS NULL) THEN 'its claim and its lease do not belong "
    "together' "
    "  WHEN state = 'held' AND held_reason IS NULL THEN 'it is held for no reason' "
    "  WHEN held_reason IS NOT NULL AND (held_reason = '' OR state NOT IN ('held', 'discarded')) "
    "    THEN 'it is ' || state || ', but has a reason to be held' "
    "  WHEN state = 'dead' AND cause IS NULL THEN 'it is dead without a cause' "
    "  WHEN cause IS NOT NULL AND (cause = '' OR state NOT IN ('dead', 'discarded')) "
    "    THEN 'it is ' || state || ', but has a cause of death' "
    "  WHEN remote_id IS NOT NULL AND state <> 'delivered' "
    "    THEN 'it is ' || state || ', but has a record in the CRM' "
    "  WHEN budget_spent < 0 OR budget_spent > tries OR tries > attempt_count "
    "    THEN 'its counts of tries contradict each other' "
    "  END AS flaw FROM delivery WHERE lead_number > ?1 AND lead_number <= ?2) WHERE flaw IS NOT NULL";

constexpr const char* kHistories =
    "SELECT delivery.lead_number, delivery.destination, delivery.state, delivery.attempt_count, "
    "  count(attempt.number), coalesce(max(attempt.number), 0), "
    "  coalesce(max(iif(attempt.number = delivery.attempt_count, attempt.outcome, NULL)), ''), "
    "  coalesce(sum(attempt.outcome = 'delivered'), 0), delivery.budget_spent, "
    "  coalesce(sum(attempt.counted AND attempt.number > delivery.attempt_count - delivery.tries), 0) "
    "FROM delivery LEFT JOIN attempt ON attempt.delivery_id = delivery.id "
    "WHERE delivery.lead_number > ?1 AND delivery.lead_number <= ?2 "
    "GROUP BY delivery.lead_number, delivery.destination";

constexpr const char* kRemovedRanges =
    "SELECT first_number, last_number FROM removed_leads WHERE first_number <= ?2 AND first_number >= "
    "  coalesce((SELECT max(first_number) FROM removed_leads WHERE first_number <= ?1), 0) "
    "ORDER BY first_number";

struct Numbered {
  std::int64_t number;
  std::string id;
};

// The leads of a portion, in order.
using Portion = std::vector<Numbered>;

struct Range {
  std::int64_t first;
  std::int64_t last;
};

std::string name_of(std::int64_t number, const std::string& id) {
  return "lead " + id + " (number " + std::to_string(number) + ")";
}

// nullopt: the lead of a delivery is not there; that is told elsewhere.
std::optional<std::string> name_of_delivery(const Portion& portion, std::int64_t number,
                                            const std::string& destination) {
  const auto found =
      std::lower_bound(portion.begin(), portion.end(), number,
                       [](const auto& lead, std::int64_t wanted) { return lead.number < wanted; });
  if (found == portion.end() || found->number != number) return std::nullopt;
  return name_of(number, found->id) + ", delivery to " + destination;
}

std::string read_id(SQLite::Statement& row, int column) {
  return row.getColumn(column).getBytes() == 16 ? to_string(read_uuid(row, column)) : "?";
}

std::string_view read_bytes(SQLite::Statement& row, int column) {
  const auto bytes = row.getColumn(column);
  return {static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())};
}

// An erased lead has neither payload nor receipt.
bool is_as_received(SQLite::Statement& row) {
  const auto payload = read_bytes(row, 2);
  const bool is_erased = row.getColumn(4).getInt() == 1;
  const auto digest = is_erased && payload.empty() ? Sha256{} : sha256(payload);
  return read_bytes(row, 3) == std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size());
}

void check_lead(SQLite::Statement& row, const Numbered& lead, Flaws& flaws) {
  const auto name = [&] { return name_of(lead.number, lead.id) + ": "; };
  flaws.looked_at(CheckName::payloads);
  if (!is_as_received(row)) flaws.add(CheckName::payloads, name() + "its payload is not that of its receipt");

  flaws.looked_at(CheckName::states);
  if (!row.getColumn(11).isNull()) flaws.add(CheckName::states, name() + row.getColumn(11).getString());

  flaws.looked_at(CheckName::history);
  const auto revisions = row.getColumn(5).getInt64();
  const auto found = row.getColumn(6).getInt64();
  if (revisions == found && revisions == row.getColumn(7).getInt64()) return;
  flaws.add(CheckName::history, name() + "its latest revision is number " + std::to_string(revisions) +
                                    ", but " + std::to_string(found) + " are there");
}

void count_received(SQLite::Statement& row, std::int64_t number, LeadWalk& walk) {
  auto& received = walk.received[{row.getColumn(8).getInt64(), row.getColumn(9).getString(),
                                  row.getColumn(10).getString()}];
  if (++received.count == 1) received.first_number = number;
  received.last_number = number;
}

Portion check_leads(Connection& connection, LeadWalk& walk, Flaws& flaws) {
  auto row = connection.use(kLeads);
  row->bind(1, walk.after);
  row->bind(2, kLeadsPerPortion);
  Portion portion;
  while (row->executeStep()) {
    portion.push_back({row->getColumn(0).getInt64(), read_id(*row, 1)});
    check_lead(*row, portion.back(), flaws);
    count_received(*row, portion.back().number, walk);
  }
  return portion;
}

void check_states(Connection& connection, const Portion& portion, const Range& range, Flaws& flaws) {
  auto row = connection.use(kImpossibleDeliveries);
  row->bind(1, range.first - 1);
  row->bind(2, range.last);
  while (row->executeStep()) {
    const auto name = name_of_delivery(portion, row->getColumn(0).getInt64(), row->getColumn(1).getString());
    if (name) flaws.add(CheckName::states, *name + ": " + row->getColumn(2).getString());
  }
}

struct History {
  std::string state;
  std::int64_t attempts_told = 0;  // by the delivery
  std::int64_t attempts = 0;       // that are there
  std::int64_t last_number = 0;
  std::string last_outcome;
  std::int64_t times_delivered = 0;
  std::int64_t budget_told = 0;
  std::int64_t budget = 0;
};

// What is wrong with it; nullopt: it leads to its state. A delivery that was delivered stays so, and one that
// is held was never tried.
std::optional<std::string> flaw_of(const History& history) {
  if (history.attempts != history.attempts_told) {
    return "it was tried " + std::to_string(history.attempts_told) + " times, but " +
           std::to_string(history.attempts) + " attempts are there";
  }
  if (history.attempts != history.last_number) {
    return "its attempts are not numbered from 1 to " + std::to_string(history.attempts);
  }
  if (history.state == "delivered" && history.last_outcome != "delivered") {
    return "it is delivered, but " + (history.attempts == 0
                                          ? std::string("was never tried")
                                          : "its last attempt ended as " + history.last_outcome);
  }
  if (history.times_delivered > (history.state == "delivered" ? 1 : 0)) {
    return "it is " + history.state + ", but an attempt before had delivered it";
  }
  if (history.state == "dead" && history.attempts == 0) return "it is dead, but was never tried";
  if (history.state == "held" && history.attempts > 0) return "it is held, but was tried";
  if (history.budget_told != history.budget) return "its budget is not what its attempts have spent";
  return std::nullopt;
}

void check_histories(Connection& connection, const Portion& portion, const Range& range, Flaws& flaws) {
  auto row = connection.use(kHistories);
  row->bind(1, range.first - 1);
  row->bind(2, range.last);
  while (row->executeStep()) {
    flaws.looked_at(CheckName::states);
    flaws.looked_at(CheckName::history, 1 + row->getColumn(4).getInt64());
    const auto flaw =
        flaw_of({row->getColumn(2).getString(), row->getColumn(3).getInt64(), row->getColumn(4).getInt64(),
                 row->getColumn(5).getInt64(), row->getColumn(6).getString(), row->getColumn(7).getInt64(),
                 row->getColumn(8).getInt64(), row->getColumn(9).getInt64()});
    if (!flaw) continue;
    const auto name = name_of_delivery(portion, row->getColumn(0).getInt64(), row->getColumn(1).getString());
    if (name) flaws.add(CheckName::history, *name + ": " + *flaw);
  }
}

std::vector<Range> read_removed(Connection& connection, const Range& range) {
  auto row = connection.use(kRemovedRanges);
  row->bind(1, range.first);
  row->bind(2, range.last);
  std::vector<Range> removed;
  while (row->executeStep()) removed.push_back({row->getColumn(0).getInt64(), row->getColumn(1).getInt64()});
  return removed;
}

void add_missing(std::int64_t first, std::int64_t last, Flaws& flaws) {
  if (first > last) return;
  flaws.add(CheckName::sequence, (first == last ? "lead number " + std::to_string(first) + " is"
                                                : "leads number " + std::to_string(first) + " to " +
                                                      std::to_string(last) + " are") +
                                     " missing: neither there, nor removed by retention");
}

// Of the numbers from `first` to `last`, at which no lead is, those that retention has not removed.
void check_gap(std::int64_t first, std::int64_t last, const std::vector<Range>& removed, Flaws& flaws) {
  for (const auto& range : removed) {
    if (range.last < first || range.first > last) continue;
    add_missing(first, range.first - 1, flaws);
    first = std::max(first, range.last + 1);
  }
  add_missing(first, last, flaws);
}

void check_sequence(Connection& connection, const Portion& portion, const Range& range, Flaws& flaws) {
  const auto removed = read_removed(connection, range);
  auto next = range.first;
  auto covering = removed.begin();
  for (const auto& lead : portion) {
    check_gap(next, lead.number - 1, removed, flaws);
    next = lead.number + 1;
    while (covering != removed.end() && covering->last < lead.number) ++covering;
    if (covering == removed.end() || covering->first > lead.number) continue;
    flaws.add(CheckName::sequence,
              name_of(lead.number, lead.id) + ": retention has removed it, but it is there");
  }
  check_gap(next, range.last, removed, flaws);
  flaws.looked_at(CheckName::sequence, range.last - range.first + 1);
}

std::int64_t read_last_number(Connection& connection) {
  auto row = connection.use(kLastNumber);
  return row->executeStep() ? row->getColumn(0).getInt64() : 0;
}

}  // namespace

void check_next_leads(Connection& connection, LeadWalk& walk, Flaws& flaws) {
  walk.last_number = read_last_number(connection);
  const auto portion = check_leads(connection, walk, flaws);
  const bool is_last = static_cast<std::int64_t>(portion.size()) < kLeadsPerPortion;
  const auto last_there = portion.empty() ? walk.after : portion.back().number;
  const Range range{walk.after + 1, is_last ? std::max(last_there, walk.last_number) : last_there};
  check_states(connection, portion, range, flaws);
  check_histories(connection, portion, range, flaws);
  check_sequence(connection, portion, range, flaws);
  if (is_last && last_there > walk.last_number) {
    flaws.add(CheckName::sequence, "the last number given to a lead was " + std::to_string(walk.last_number) +
                                       ", but " + std::to_string(last_there) + " is there");
  }
  walk.leads += static_cast<std::int64_t>(portion.size());
  walk.after = range.last;
  walk.is_over = is_last;
}

void skip_leads(LeadWalk& walk) {
  walk.has_skipped = true;
  walk.after += kLeadsPerPortion;
  walk.is_over = walk.after >= walk.last_number;
}

}  // namespace leadspool::outbox
