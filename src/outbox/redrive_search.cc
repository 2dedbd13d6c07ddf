#include "outbox/redrive_search.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
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

// What died after the order is not taken, nor what this redrive or a later one took before. A death in the
// future is one before the clock was set back.
constexpr const char* kDead =
    "SELECT delivery.lead_number, delivery.id, delivery.destination, "
    "  (:destination IS NULL OR delivery.destination = :destination) "
    "  AND (:cause IS NULL OR delivery.cause = :cause) "
    "  AND (delivery.state_since <= :ordered_at OR delivery.state_since > :now) "
    "  AND (delivery.redrive_number IS NULL OR delivery.redrive_number < :number) "
    "  AND " LEADSPOOL_LEAD_MATCHES
    " FROM delivery CROSS JOIN lead ON lead.number = delivery.lead_number "
    "WHERE delivery.state = 'dead' AND (delivery.lead_number, delivery.id) > (:after_lead, :after_delivery) "
    "  AND delivery.lead_number <= :last_lead "
    "ORDER BY delivery.lead_number, delivery.id LIMIT :rows";

// What a person gave up while no destination wanted it stays so, until a revision makes it a delivery.
constexpr const char* kMissing =
    "SELECT lead.number, " LEADSPOOL_LEAD_COLUMNS
    " FROM lead WHERE lead.number > :after_lead AND lead.number <= :until "
    "  AND lead.disposition NOT IN ('probe', 'quarantined') AND " LEADSPOOL_LEAD_MATCHES
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

RedrivePiece search_dead(Connection& connection, const RedriveSearch& search, const RedriveCursor& cursor,
                         int limit, Time now, const IsConfigured& is_configured) {
  auto row = connection.use(kDead);
  bind_lead_filter(*row, search.filter);
  bind_optional(*row, ":cause", search.filter.cause);
  row->bind(":ordered_at", to_unix_ms(search.ordered_at));
  row->bind(":now", to_unix_ms(now));
  row->bind(":number", search.number.value_or(std::numeric_limits<std::int64_t>::max()));
  row->bind(":after_lead", cursor.after_lead);
  row->bind(":after_delivery", cursor.after_delivery);
  row->bind(":last_lead", search.last_lead_number);
  row->bind(":rows", kRowsPerPiece);

  RedrivePiece piece{{}, cursor};
  // Beyond the limit as far as the next match, to know at once when there is none.
  for (int looked_at = 0;; ++looked_at) {
    if (!row->executeStep()) {
      if (looked_at < kRowsPerPiece) piece.cursor = {.dead_done = true};
      break;
    }
    auto destination = row->getColumn(2).getString();
    const bool matches = row->getColumn(3).getInt() == 1 && is_configured(destination);
    if (matches && static_cast<int>(piece.targets.size()) == limit) break;
    piece.cursor.after_lead = row->getColumn(0).getInt64();
    piece.cursor.after_delivery = row->getColumn(1).getInt64();
    if (!matches) continue;
    piece.targets.push_back({piece.cursor.after_lead, std::move(destination), piece.cursor.after_delivery});
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
