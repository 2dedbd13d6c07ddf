#include "outbox/reader.h"

#include <limits>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/check.h"
#include "outbox/connection.h"
#include "outbox/delivery_views.h"
#include "outbox/lead_list.h"
#include "outbox/lead_payloads.h"
#include "outbox/lead_row.h"
#include "outbox/person_leads.h"
#include "outbox/read_connection.h"

namespace leadspool::outbox {
namespace {

constexpr int kLargestPage = 500;

constexpr const char* kFind =
    "SELECT lead.number, lead.unrouted, " LEADSPOOL_LEAD_COLUMNS
    ", lead.headers_json, lead.remote_address, lead.payload_sha256, length(lead.payload), lead.erased_at "
    "FROM lead WHERE lead.id = ?";

constexpr const char* kCountDuplicates = "SELECT count(*) FROM lead WHERE duplicate_of = ?";

constexpr const char* kPayload = "SELECT payload FROM lead WHERE id = ?";
constexpr const char* kRevisedPayload =
    "SELECT revision.payload FROM lead JOIN revision ON revision.lead_number = lead.number "
    "WHERE lead.id = ? AND revision.number = ? AND revision.payload IS NOT NULL";

constexpr const char* kRevisions =
    "SELECT number, at, actor, reason, changes_json, payload IS NOT NULL, disposition_before, "
    "disposition_reason_before FROM revision "
    "WHERE lead_number = ? ORDER BY number";

constexpr const char* kAudit =
    "SELECT at, actor, action, destination, reason FROM audit WHERE lead_number = ? ORDER BY number";

std::int64_t read_duplicate_count(Connection& connection, const Uuid& id) {
  auto row = connection.use(kCountDuplicates);
  bind_uuid(*row, 1, id);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

std::vector<RevisionView> read_revisions(Connection& connection, std::int64_t lead_number) {
  auto row = connection.use(kRevisions);
  row->bind(1, lead_number);
  std::vector<RevisionView> views;
  while (row->executeStep()) {
    views.push_back(
        {row->getColumn(0).getInt(), from_unix_ms(row->getColumn(1).getInt64()),
         row->getColumn(2).getString(), row->getColumn(3).getString(), row->getColumn(4).getString(),
         row->getColumn(5).getInt() == 1,
         undamaged(parse_disposition(row->getColumn(6).getString()), "revision.disposition_before"),
         row->getColumn(7).getString()});
  }
  return views;
}

std::vector<AuditView> read_audit(Connection& connection, std::int64_t lead_number) {
  auto row = connection.use(kAudit);
  row->bind(1, lead_number);
  std::vector<AuditView> rows;
  while (row->executeStep()) {
    rows.push_back({from_unix_ms(row->getColumn(0).getInt64()), row->getColumn(1).getString(),
                    row->getColumn(2).getString(), row->getColumn(3).getString(),
                    row->getColumn(4).getString()});
  }
  return rows;
}

std::optional<LeadDetail> find_lead(Connection& connection, const Uuid& id) {
  LeadDetail detail;
  std::int64_t number = 0;
  {
    auto row = connection.use(kFind);
    bind_uuid(*row, 1, id);
    if (!row->executeStep()) return std::nullopt;
    number = row->getColumn(0).getInt64();
    detail.view.unrouted = row->getColumn(1).getInt() == 1;
    detail.view.lead = read_lead(*row, 2);
    const int after = 2 + kLeadColumnCount;
    detail.headers_json = row->getColumn(after).getString();
    detail.remote_address = row->getColumn(after + 1).getString();
    detail.payload_sha256 = read_sha256(*row, after + 2);
    detail.payload_bytes = row->getColumn(after + 3).getInt64();
    detail.view.erased_at = read_optional_time(*row, after + 4);
  }
  detail.duplicate_count = read_duplicate_count(connection, id);
  detail.view.deliveries = read_deliveries(connection, number, true);
  detail.revisions = read_revisions(connection, number);
  detail.audit = read_audit(connection, number);
  return detail;
}

std::optional<std::string> read_payload(Connection& connection, const Uuid& id, std::optional<int> revision) {
  auto row = connection.use(revision ? kRevisedPayload : kPayload);
  bind_uuid(*row, 1, id);
  if (revision) row->bind(2, *revision);
  if (!row->executeStep()) return std::nullopt;
  return row->getColumn(0).getString();
}

}  // namespace

Reader::Reader(std::string store_path) : turns_(std::make_unique<ReadConnection>(std::move(store_path))) {}
Reader::~Reader() = default;

LeadPage Reader::list(const LeadFilter& filter, int limit, std::optional<std::int64_t> before) {
  CHECK(limit >= 1 && limit <= kLargestPage);
  return turns_->in_one_moment([&](Connection& connection) {
    return outbox::list_leads(connection, filter, limit,
                              before.value_or(std::numeric_limits<std::int64_t>::max()));
  });
}

std::optional<LeadDetail> Reader::find(const Uuid& id) {
  return turns_->in_one_moment([&](Connection& connection) { return find_lead(connection, id); });
}

std::optional<std::string> Reader::payload(const Uuid& id, std::optional<int> revision) {
  return turns_->in_one_moment(
      [&](Connection& connection) { return read_payload(connection, id, revision); });
}

std::optional<LeadWithPayload> Reader::find_with_payload(const Uuid& id) {
  return turns_->in_one_moment(
      [&](Connection& connection) { return outbox::find_with_payload(connection, id); });
}

std::optional<LeadWithPayload> Reader::newest_readable() {
  return turns_->in_one_moment([](Connection& connection) { return outbox::newest_readable(connection); });
}

LeadPortion Reader::readable_since(Time since, int limit, std::int64_t after) {
  CHECK(limit >= 1 && limit <= kLargestPage);
  return turns_->in_one_moment(
      [&](Connection& connection) { return outbox::readable_since(connection, since, limit, after); });
}

std::vector<Uuid> Reader::leads_of_person(const std::string& email) {
  std::vector<Uuid> ids;
  std::optional<std::int64_t> before;
  do {
    const auto piece = turns_->in_one_moment(
        [&](Connection& connection) { return find_leads_of_person(connection, email, before); });
    for (const auto& lead : piece.leads) ids.push_back(lead.id);
    before = piece.next_before;
  } while (before);
  return ids;
}

}  // namespace leadspool::outbox
