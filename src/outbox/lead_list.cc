#include "outbox/lead_list.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// With a state, the deliveries lead (index delivery_by_state); without, the leads do.
constexpr const char* kListByState =
    "SELECT lead.number, lead.unrouted, " LEADSPOOL_LEAD_COLUMNS
    " FROM delivery JOIN lead ON lead.number = delivery.lead_number WHERE delivery.state = :state";
constexpr const char* kListAll =
    "SELECT lead.number, lead.unrouted, " LEADSPOOL_LEAD_COLUMNS " FROM lead WHERE 1";

constexpr const char* kAndDestination = " AND delivery.destination = :destination";
constexpr const char* kAndCause = " AND delivery.cause = :cause";
constexpr const char* kAndAnyDelivery =
    " AND EXISTS (SELECT 1 FROM delivery WHERE delivery.lead_number = lead.number";
constexpr const char* kAndSource = " AND lead.source = :source";
constexpr const char* kAndDisposition = " AND lead.disposition = :disposition";
// The planner finds the partial index only by the index's own words.
constexpr const char* kAndNotDeliver = " AND lead.disposition <> 'deliver'";
constexpr const char* kAndFrom = " AND lead.received_at >= :from";
constexpr const char* kAndTo = " AND lead.received_at < :to";
constexpr const char* kAndUnrouted = " AND lead.unrouted = 1";
constexpr const char* kNewestFirstByState =
    " AND delivery.lead_number < :before GROUP BY delivery.lead_number ORDER BY delivery.lead_number DESC "
    "LIMIT :limit";
constexpr const char* kNewestFirst = " AND lead.number < :before ORDER BY lead.number DESC LIMIT :limit";

}  // namespace

std::string list_sql(const LeadFilter& filter) {
  std::string sql = filter.state ? kListByState : kListAll;
  const bool about_deliveries = filter.destination || filter.cause;
  if (!filter.state && about_deliveries) sql += kAndAnyDelivery;
  if (filter.destination) sql += kAndDestination;
  if (filter.cause) sql += kAndCause;
  if (!filter.state && about_deliveries) sql += ")";
  if (filter.source) sql += kAndSource;
  if (filter.disposition) sql += kAndDisposition;
  if (filter.disposition && *filter.disposition != Disposition::deliver) sql += kAndNotDeliver;
  if (filter.from) sql += kAndFrom;
  if (filter.to) sql += kAndTo;
  if (filter.unrouted) sql += kAndUnrouted;
  return sql + (filter.state ? kNewestFirstByState : kNewestFirst);
}

void bind_list(SQLite::Statement& list, const LeadFilter& filter, int limit, std::int64_t before) {
  if (filter.state) list.bind(":state", std::string(to_string(*filter.state)));
  if (filter.destination) list.bind(":destination", *filter.destination);
  if (filter.cause) list.bind(":cause", *filter.cause);
  if (filter.source) list.bind(":source", *filter.source);
  if (filter.disposition) list.bind(":disposition", std::string(to_string(*filter.disposition)));
  if (filter.from) list.bind(":from", to_unix_ms(*filter.from));
  if (filter.to) list.bind(":to", to_unix_ms(*filter.to));
  list.bind(":before", before);
  list.bind(":limit", limit);
}

}  // namespace leadspool::outbox
