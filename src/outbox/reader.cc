#include "outbox/reader.h"

#include <filesystem>
#include <limits>
#include <mutex>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/check.h"
#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/lead_list.h"
#include "outbox/lead_payloads.h"
#include "outbox/lead_row.h"
#include "outbox/redrive_row.h"
#include "outbox/store.h"
#include "outbox/store_counts.h"

namespace leadspool::outbox {
namespace {

constexpr int kLargestPage = 500;

constexpr const char* kFind =
    "SELECT lead.number, lead.unrouted, " LEADSPOOL_LEAD_COLUMNS
    ", lead.headers_json, lead.remote_address, lead.payload_sha256, length(lead.payload) "
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

constexpr const char* kDeliveries =
    "SELECT id, destination, state, state_since, due_at, attempt_count, held_reason, cause, remote_id "
    "FROM delivery WHERE lead_number = ? ORDER BY destination";

constexpr const char* kAttempts =
    "SELECT number, started_at, duration_ms, outcome, counted, http_status, detail, answer_excerpt "
    "FROM attempt WHERE delivery_id = ? ORDER BY number";

constexpr const char* kAudit =
    "SELECT at, actor, action, destination, reason FROM audit WHERE lead_number = ? ORDER BY number";

std::int64_t size_of(const std::string& path) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(path, absent);
  return absent ? 0 : static_cast<std::int64_t>(size);
}

}  // namespace

class Reader::Queries {
 public:
  explicit Queries(std::string path)
      : path_(std::move(path)), connection_(path_, Connection::Mode::read_only) {}

  // Runs `read` as one read transaction, so that a page, a lead with its history, or all the counts of a
  // status belong to one moment. Callers take turns; SQLite's errors become the door's.
  template <typename Read>
  auto in_one_moment(Read read) {
    const std::lock_guard turn(mutex_);
    try {
      const SQLite::Transaction snapshot(connection_.database());
      return read();
    } catch (const SQLite::Exception& failure) {
      throw StoreError("cannot read the store " + path_ + ": " + failure.what());
    }
  }

  LeadPage list(const LeadFilter& filter, int limit, std::int64_t before) {
    LeadPage page;
    std::vector<std::int64_t> numbers;
    {
      SQLite::Statement rows(connection_.database(), list_sql(filter));
      // One more than asked for tells whether there is a next page.
      bind_list(rows, filter, limit + 1, before);
      while (rows.executeStep()) {
        if (static_cast<int>(numbers.size()) == limit) {
          page.next_before = numbers.back();
          break;
        }
        numbers.push_back(rows.getColumn(0).getInt64());
        page.leads.push_back({read_lead(rows, 2), rows.getColumn(1).getInt() == 1, {}});
      }
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      page.leads[i].deliveries = deliveries(numbers[i], false);
    }
    return page;
  }

  std::optional<LeadDetail> find(const Uuid& id) {
    LeadDetail detail;
    std::int64_t number = 0;
    {
      auto row = connection_.use(kFind);
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
    }
    detail.duplicate_count = duplicate_count(id);
    detail.view.deliveries = deliveries(number, true);
    detail.revisions = revisions(number);
    detail.audit = audit(number);
    return detail;
  }

  std::optional<std::string> payload(const Uuid& id, std::optional<int> revision) {
    auto row = connection_.use(revision ? kRevisedPayload : kPayload);
    bind_uuid(*row, 1, id);
    if (revision) row->bind(2, *revision);
    if (!row->executeStep()) return std::nullopt;
    return row->getColumn(0).getString();
  }

  StoreStatus status() {
    auto status = count_store(connection_);
    status.store_bytes = size_of(path_) + size_of(path_ + "-wal");
    return status;
  }

  Connection& connection() { return connection_; }

 private:
  std::vector<DeliveryView> deliveries(std::int64_t lead_number, bool with_attempts) {
    auto row = connection_.use(kDeliveries);
    row->bind(1, lead_number);
    std::vector<DeliveryView> views;
    while (row->executeStep()) {
      DeliveryView view;
      view.destination = row->getColumn(1).getString();
      view.state = undamaged(parse_state(row->getColumn(2).getString()), "delivery.state");
      view.state_since = from_unix_ms(row->getColumn(3).getInt64());
      view.next_attempt_at = read_optional_time(*row, 4);
      view.attempt_count = row->getColumn(5).getInt();
      view.held_reason = row->getColumn(6).getString();
      view.cause = row->getColumn(7).getString();
      view.remote_id = row->getColumn(8).getString();
      if (with_attempts) view.attempts = attempts(row->getColumn(0).getInt64());
      views.push_back(std::move(view));
    }
    return views;
  }

  std::vector<Attempt> attempts(std::int64_t delivery_id) {
    auto row = connection_.use(kAttempts);
    row->bind(1, delivery_id);
    std::vector<Attempt> attempts;
    while (row->executeStep()) {
      const auto outcome = undamaged(parse_outcome(row->getColumn(3).getString()), "attempt.outcome");
      attempts.push_back({row->getColumn(0).getInt(), from_unix_ms(row->getColumn(1).getInt64()),
                          Milliseconds{row->getColumn(2).getInt64()}, outcome,
                          row->getColumn(4).getInt() == 1, row->getColumn(5).getInt(),
                          row->getColumn(6).getString(), row->getColumn(7).getString()});
    }
    return attempts;
  }

  std::int64_t duplicate_count(const Uuid& id) {
    auto row = connection_.use(kCountDuplicates);
    bind_uuid(*row, 1, id);
    row->executeStep();
    return row->getColumn(0).getInt64();
  }

  std::vector<RevisionView> revisions(std::int64_t lead_number) {
    auto row = connection_.use(kRevisions);
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

  std::vector<AuditView> audit(std::int64_t lead_number) {
    auto row = connection_.use(kAudit);
    row->bind(1, lead_number);
    std::vector<AuditView> rows;
    while (row->executeStep()) {
      rows.push_back({from_unix_ms(row->getColumn(0).getInt64()), row->getColumn(1).getString(),
                      row->getColumn(2).getString(), row->getColumn(3).getString(),
                      row->getColumn(4).getString()});
    }
    return rows;
  }

  const std::string path_;
  Connection connection_;
  std::mutex mutex_;
};

Reader::Reader(std::string store_path) {
  if (const int version = stored_schema_version(store_path); version != schema_version()) {
    throw StoreError("the store " + store_path + " has schema version " + std::to_string(version) +
                     "; run `leadspool migrate` to bring it to " + std::to_string(schema_version()));
  }
  queries_ = std::make_unique<Queries>(std::move(store_path));
}

Reader::~Reader() = default;

LeadPage Reader::list(const LeadFilter& filter, int limit, std::optional<std::int64_t> before) {
  CHECK(limit >= 1 && limit <= kLargestPage);
  return queries_->in_one_moment([&] {
    return queries_->list(filter, limit, before.value_or(std::numeric_limits<std::int64_t>::max()));
  });
}

std::optional<LeadDetail> Reader::find(const Uuid& id) {
  return queries_->in_one_moment([&] { return queries_->find(id); });
}

std::optional<std::string> Reader::payload(const Uuid& id, std::optional<int> revision) {
  return queries_->in_one_moment([&] { return queries_->payload(id, revision); });
}

std::optional<LeadWithPayload> Reader::find_with_payload(const Uuid& id) {
  return queries_->in_one_moment([&] { return outbox::find_with_payload(queries_->connection(), id); });
}

std::optional<LeadWithPayload> Reader::newest_readable() {
  return queries_->in_one_moment([&] { return outbox::newest_readable(queries_->connection()); });
}

LeadPortion Reader::readable_since(Time since, int limit, std::int64_t after) {
  CHECK(limit >= 1 && limit <= kLargestPage);
  return queries_->in_one_moment(
      [&] { return outbox::readable_since(queries_->connection(), since, limit, after); });
}

std::vector<DeadGroup> Reader::dead_letters() {
  return queries_->in_one_moment([&] { return group_dead_letters(queries_->connection()); });
}

std::vector<DeadCount> Reader::dead_counts() {
  return queries_->in_one_moment([&] { return count_dead_letters(queries_->connection()); });
}

StoreStatus Reader::status() {
  return queries_->in_one_moment([&] { return queries_->status(); });
}

std::vector<KnownDestination> Reader::destinations() {
  return queries_->in_one_moment([&] { return read_destinations(queries_->connection()); });
}

std::int64_t Reader::unrouted() {
  return queries_->in_one_moment([&] { return count_unrouted(queries_->connection()); });
}

std::vector<std::pair<std::string, Time>> Reader::last_received() {
  return queries_->in_one_moment([&] { return read_last_received(queries_->connection()); });
}

std::vector<RedriveView> Reader::redrives(int limit) {
  return queries_->in_one_moment([&] { return read_redrives(queries_->connection(), limit); });
}

std::optional<RedriveView> Reader::redrive(const Uuid& id) {
  return queries_->in_one_moment([&] { return find_redrive(queries_->connection(), id); });
}

}  // namespace leadspool::outbox
