#include "outbox/redrive_search.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// Some milliseconds' worth.
constexpr int kRowsPerPiece = 2'000;

#define LEADSPOOL_LEAD_MATCHES                                          \
  "(:source IS NULL OR lead.source = :source) "                         \
  "AND (:disposition IS NULL OR lead.disposition = :disposition) "      \
  "AND (:received_from IS NULL OR lead.received_at >= :received_from) " \
  "AND (:received_to IS NULL OR lead.received_at < :received_to)"

// The dead of one destination behind the cursor, by the index delivery_by_state. What died after the order is
// not taken, nor what this redrive or a later one took before. A death in the future is one before the clock
// was set back.
constexpr const char* kDead =
    "SELECT delivery.lead_number, delivery.id, "
    "  (:cause IS NULL OR delivery.cause = :cause) "
    "  AND (delivery.state_since <= :ordered_at OR delivery.state_since > :now) "
    "  AND (delivery.redrive_number IS NULL OR delivery.redrive_number < :number) "
    "  AND " LEADSPOOL_LEAD_MATCHES
    " FROM delivery INDEXED BY delivery_by_state CROSS JOIN lead ON lead.number = delivery.lead_number "
    "WHERE delivery.state = 'dead' AND delivery.destination = :destination "
    "  AND delivery.lead_number >= :after_lead AND delivery.lead_number <= :last_lead "
    "  AND (delivery.lead_number, delivery.id) > (:after_lead, :after_delivery) "
    "ORDER BY delivery.lead_number LIMIT :rows";

// What a person gave up while no destination wanted it stays so, until a revision makes it a delivery.
constexpr const char* kMissing =
    "SELECT lead.number, " LEADSPOOL_LEAD_COLUMNS
    " FROM lead WHERE lead.number > :after_lead AND lead.number <= :until "
    "  AND lead.erased_at IS NULL AND lead.disposition NOT IN ('probe', 'quarantined') "
    "  AND " LEADSPOOL_LEAD_MATCHES
    "  AND NOT EXISTS (SELECT 1 FROM delivery "
    "                  WHERE lead_number = lead.number AND destination = :destination) "
    "  AND (EXISTS (SELECT 1 FROM delivery WHERE lead_number = lead.number) "
    "       OR NOT EXISTS (SELECT 1 FROM audit WHERE lead_number = lead.number AND action = 'discard' "
    "                      AND destination IS NULL)) "
    "ORDER BY lead.number";

void bind_optional(SQLite::Statement& statement, const char* parameter,
                   const std::optional<std::string>& text) {
  if (text) statement.bind(parameter, *text);
}

void bind_lead_filter(SQLite::Statement& statement, const RedriveFilter& filter) {
  bind_optional(statement, ":destination", filter.destination);
  bind_optional(statement, ":source", filter.source);
  if (filter.disposition) statement.bind(":disposition", std::string(to_string(*filter.disposition)));
  if (filter.from) statement.bind(":received_from", to_unix_ms(*filter.from));
  if (filter.to) statement.bind(":received_to", to_unix_ms(*filter.to));
}

// The dead of one destination behind the cursor, in order, read a few at a time.
class DeadOfDestination {
 public:
  DeadOfDestination(std::string destination, const RedriveCursor& cursor)
      : destination_(std::move(destination)), cursor_(cursor) {}

  struct Row {
    std::pair<std::int64_t, std::int64_t> place;  // lead and delivery
    bool matches;
  };

  // nullopt: there is none behind those taken.
  std::optional<Row> first(Connection& connection, const RedriveSearch& search, Time now) {
    if (taken_ == rows_.size() && !all_read_) read_more(connection, search, now);
    return taken_ == rows_.size() ? std::nullopt : std::optional{rows_[taken_]};
  }
  void take() { ++taken_; }

  [[nodiscard]] const std::string& destination() const { return destination_; }

 private:
  static constexpr int kAtOnce = 100;

  void read_more(Connection& connection, const RedriveSearch& search, Time now) {
    auto row = connection.use(kDead);
    bind_lead_filter(*row, search.filter);
    row->bind(":destination", destination_);
    bind_optional(*row, ":cause", search.filter.cause);
    row->bind(":ordered_at", to_unix_ms(search.ordered_at));
    row->bind(":now", to_unix_ms(now));
    row->bind(":number", search.number.value_or(std::numeric_limits<std::int64_t>::max()));
    row->bind(":after_lead", cursor_.after_lead);
    row->bind(":after_delivery", cursor_.after_delivery);
    row->bind(":last_lead", search.last_lead_number);
    row->bind(":rows", kAtOnce);
    rows_.clear();
    taken_ = 0;
    while (row->executeStep()) {
      cursor_.after_lead = row->getColumn(0).getInt64();
      cursor_.after_delivery = row->getColumn(1).getInt64();
      rows_.push_back({{cursor_.after_lead, cursor_.after_delivery}, row->getColumn(2).getInt() == 1});
    }
    all_read_ = rows_.size() < static_cast<std::size_t>(kAtOnce);
  }

  std::string destination_;
  RedriveCursor cursor_;  // behind the last row that was read
  std::vector<Row> rows_;
  std::size_t taken_ = 0;
  bool all_read_ = false;
};

// The one whose first row comes before those of the others; nullptr: none has any.
DeadOfDestination* earliest(std::vector<DeadOfDestination>& all, Connection& connection,
                            const RedriveSearch& search, Time now) {
  DeadOfDestination* found = nullptr;
  for (auto& each : all) {
    const auto row = each.first(connection, search, now);
    if (row && (!found || row->place < found->first(connection, search, now)->place)) found = &each;
  }
  return found;
}

RedrivePiece search_dead(Connection& connection, const RedriveSearch& search, const RedriveCursor& cursor,
                         int limit, Time now, const IsConfigured& is_configured) {
  const auto& only = search.filter.destination;
  std::vector<DeadOfDestination> all;
  for (auto& name : only ? std::vector{*only} : all_destinations(connection)) {
    all.emplace_back(std::move(name), cursor);
  }
  RedrivePiece piece{{}, cursor};
  // Beyond the limit as far as the next match, to know at once when there is none.
  for (int looked_at = 0; looked_at < kRowsPerPiece; ++looked_at) {
    auto* const from = earliest(all, connection, search, now);
    if (!from) {
      piece.cursor = {.dead_done = true};
      break;
    }
    const auto row = *from->first(connection, search, now);
    const bool matches = row.matches && is_configured(from->destination());
    if (matches && static_cast<int>(piece.targets.size()) == limit) break;
    std::tie(piece.cursor.after_lead, piece.cursor.after_delivery) = row.place;
    if (matches) piece.targets.push_back({row.place.first, from->destination(), row.place.second});
    from->take();
  }
  return piece;
}

RedrivePiece search_missing(Connection& connection, const RedriveSearch& search, const RedriveCursor& cursor,
                            int limit, const Wants& wants) {
  const auto until = std::min(cursor.after_lead + kRowsPerPiece, search.last_lead_number);
  auto row = connection.use(kMissing);
  bind_lead_filter(*row, search.filter);
  row->bind(":after_lead", cursor.after_lead);
  row->bind(":until", until);

  RedrivePiece piece{{}, cursor};
  for (;;) {
    if (!row->executeStep()) {
      piece.cursor.after_lead = until;
      break;
    }
    const bool is_wanted = wants(*search.filter.destination, read_lead(*row, 1));
    if (is_wanted && static_cast<int>(piece.targets.size()) == limit) break;
    piece.cursor.after_lead = row->getColumn(0).getInt64();
    if (!is_wanted) continue;
    piece.targets.push_back({piece.cursor.after_lead, *search.filter.destination, std::nullopt});
  }
  return piece;
}

}  // namespace

bool RedriveSearch::is_over(const RedriveCursor& cursor) const {
  return cursor.dead_done && (!filter.with_missing || cursor.after_lead >= last_lead_number);
}

RedrivePiece search_redrive(Connection& connection, const RedriveSearch& search, const RedriveCursor& cursor,
                            int limit, Time now, const RedriveRules& rules) {
  return cursor.dead_done ? search_missing(connection, search, cursor, limit, rules.wants)
                          : search_dead(connection, search, cursor, limit, now, rules.is_configured);
}

}  // namespace leadspool::outbox
