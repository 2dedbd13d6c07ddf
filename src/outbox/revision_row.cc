#include "outbox/revision_row.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"
#include "outbox/search_index.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kFindLatest =
    "SELECT number, revision, disposition, disposition_reason, erased_at IS NOT NULL FROM lead WHERE id = ?";

constexpr const char* kInsertRevision =
    "INSERT INTO revision (lead_number, number, at, actor, reason, changes_json, payload, "
    "disposition_before, "
    "disposition_reason_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr const char* kUpdateLead =
    "UPDATE lead SET (revision, disposition, disposition_reason, " LEADSPOOL_FIELD_COLUMNS
    ") = (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17) WHERE number = ?1";

void insert_history(Connection& connection, const LatestRevision& latest, const NewRevision& revision,
                    const Order& order, Time now) {
  auto insert = connection.use(kInsertRevision);
  insert->bind(1, latest.lead_number);
  insert->bind(2, revision.number);
  insert->bind(3, to_unix_ms(now));
  insert->bindNoCopy(4, order.actor);
  insert->bindNoCopy(5, order.reason);
  insert->bindNoCopy(6, revision.changes_json);
  // What is not bound is NULL.
  if (revision.payload) {
    insert->bindNoCopy(7, revision.payload->data(), static_cast<int>(revision.payload->size()));
  }
  insert->bind(8, std::string(to_string(latest.disposition)));
  insert->bindNoCopy(9, latest.disposition_reason);
  insert->exec();
}

void update_lead(Connection& connection, const LatestRevision& latest, const NewRevision& revision) {
  const bool judged_anew = latest.disposition == Disposition::quarantined;
  auto update = connection.use(kUpdateLead);
  update->bind(1, latest.lead_number);
  update->bind(2, revision.number);
  update->bind(3, std::string(to_string(judged_anew ? revision.disposition : latest.disposition)));
  update->bindNoCopy(4, judged_anew ? revision.disposition_reason : latest.disposition_reason);
  int parameter = 5;
  for (const auto& field : kLeadFields) update->bindNoCopy(parameter++, revision.fields.*field.member);
  update->exec();
}

}  // namespace

std::optional<LatestRevision> find_latest_revision(Connection& connection, const Uuid& lead) {
  auto row = connection.use(kFindLatest);
  bind_uuid(*row, 1, lead);
  if (!row->executeStep()) return std::nullopt;
  return LatestRevision{row->getColumn(0).getInt64(), row->getColumn(1).getInt(),
                        undamaged(parse_disposition(row->getColumn(2).getString()), "lead.disposition"),
                        row->getColumn(3).getString(), row->getColumn(4).getInt() == 1};
}

void insert_revision(Connection& connection, const LatestRevision& latest, const NewRevision& revision,
                     const Order& order, Time now) {
  unindex_lead(connection, latest.lead_number);
  insert_history(connection, latest, revision, order, now);
  update_lead(connection, latest, revision);
  reindex_lead(connection, latest.lead_number);
}

}  // namespace leadspool::outbox
