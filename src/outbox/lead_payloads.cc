#include "outbox/lead_payloads.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// Some milliseconds' worth, where few of them are wanted.
constexpr std::int64_t kRowsPerPortion = 2'000;

#define LEADSPOOL_LEAD_WITH_PAYLOAD \
  "SELECT lead.number, " LEADSPOOL_LEAD_COLUMNS ", " LEADSPOOL_PAYLOAD_COLUMN " FROM lead "

constexpr const char* kFind = LEADSPOOL_LEAD_WITH_PAYLOAD "WHERE lead.id = ?";

constexpr const char* kNewestReadable = LEADSPOOL_LEAD_WITH_PAYLOAD
    "WHERE lead.disposition NOT IN ('probe', 'quarantined') ORDER BY lead.number DESC LIMIT 1";

constexpr const char* kReadableSince = LEADSPOOL_LEAD_WITH_PAYLOAD
    "WHERE lead.number > :after AND lead.number <= :until AND lead.received_at >= :since "
    "  AND lead.disposition NOT IN ('probe', 'quarantined') "
    "ORDER BY lead.number LIMIT :limit";

constexpr const char* kLastNumber = "SELECT coalesce(max(number), 0) FROM lead";

std::int64_t last_number(Connection& connection) {
  auto row = connection.use(kLastNumber);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

}  // namespace

std::optional<LeadWithPayload> find_with_payload(Connection& connection, const Uuid& id) {
  auto row = connection.use(kFind);
  bind_uuid(*row, 1, id);
  if (!row->executeStep()) return std::nullopt;
  return read_lead_with_payload(*row, 1);
}

std::optional<LeadWithPayload> newest_readable(Connection& connection) {
  auto row = connection.use(kNewestReadable);
  if (!row->executeStep()) return std::nullopt;
  return read_lead_with_payload(*row, 1);
}

LeadPortion readable_since(Connection& connection, Time since, int limit, std::int64_t after) {
  const std::int64_t last = last_number(connection);
  const std::int64_t until = after + kRowsPerPortion;
  auto row = connection.use(kReadableSince);
  row->bind(":after", after);
  row->bind(":until", until);
  row->bind(":since", to_unix_ms(since));
  row->bind(":limit", limit);

  LeadPortion portion;
  std::int64_t seen_to = after;
  while (row->executeStep()) {
    seen_to = row->getColumn(0).getInt64();
    portion.leads.push_back(read_lead_with_payload(*row, 1));
  }
  if (static_cast<int>(portion.leads.size()) < limit) seen_to = until;
  if (seen_to < last) portion.next_after = seen_to;
  return portion;
}

}  // namespace leadspool::outbox
