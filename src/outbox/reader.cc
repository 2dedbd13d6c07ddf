#include "outbox/reader.h"

#include <filesystem>
#include <limits>
#include <mutex>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/check.h"
#include "outbox/connection.h"
#include "outbox/lead_row.h"
#include "outbox/store.h"

namespace leadspool::outbox {
namespace {

constexpr int kLargestPage = 500;

// With a state, the deliveries lead (index delivery_by_state); without, the leads do.
constexpr const char* kListByState =
    "SELECT lead.number, " LEADSPOOL_LEAD_COLUMNS
    " FROM delivery JOIN lead ON lead.number = delivery.lead_number WHERE delivery.state = :state";
constexpr const char* kListAll = "SELECT lead.number, " LEADSPOOL_LEAD_COLUMNS " FROM lead WHERE 1";

constexpr const char* kAndDestination = " AND delivery.destination = :destination";
constexpr const char* kAndCause = " AND delivery.cause = :cause";
constexpr const char* kAndAnyDelivery =
    " AND EXISTS (SELECT 1 FROM delivery WHERE delivery.lead_number = lead.number";
constexpr const char* kAndSource = " AND lead.source = :source";
constexpr const char* kAndDisposition = " AND lead.disposition = :disposition";
constexpr const char* kAndFrom = " AND lead.received_at >= :from";
constexpr const char* kAndTo = " AND lead.received_at < :to";
constexpr const char* kNewestFirstByState =
    " AND delivery.lead_number < :before GROUP BY delivery.lead_number ORDER BY delivery.lead_number DESC "
    "LIMIT :limit";
constexpr const char* kNewestFirst = " AND lead.number < :before ORDER BY lead.number DESC LIMIT :limit";

constexpr const char* kFind =
    "SELECT lead.number, " LEADSPOOL_LEAD_COLUMNS
    ", lead.headers_json, lead.remote_address, lead.payload_sha256, length(lead.payload) "
    "FROM lead WHERE lead.id = ?";

constexpr const char* kPayload = "SELECT payload FROM lead WHERE id = ?";

constexpr const char* kDeliveries =
    "SELECT id, destination, state, state_since, due_at, attempt_count, held_reason, cause, remote_id "
    "FROM delivery WHERE lead_number = ? ORDER BY destination";

constexpr const char* kAttempts =
    "SELECT number, started_at, duration_ms, outcome, counted, http_status, detail, answer_excerpt "
    "FROM attempt WHERE delivery_id = ? ORDER BY number";

constexpr const char* kAudit =
    "SELECT at, actor, action, destination, reason FROM audit WHERE lead_number = ? ORDER BY number";

constexpr const char* kDeadLetters =
    "SELECT dead.cause, dead.destination, dead.count, dead.first, dead.last, lead.id "
    "FROM (SELECT cause, destination, count(*) AS count, min(state_since) AS first, max(state_since) AS "
    "last, "
    "        max(lead_number) AS sample FROM delivery WHERE state = 'dead' GROUP BY destination, cause) AS "
    "dead "
    "JOIN lead ON lead.number = dead.sample ORDER BY dead.count DESC, dead.cause, dead.destination";

constexpr const char* kCountLeads = "SELECT count(*) FROM lead";
constexpr const char* kCountStates =
    "SELECT destination, state, count(*) FROM delivery GROUP BY destination, state ORDER BY destination, "
    "state";
constexpr const char* kOldestUndelivered =
    "SELECT min(lead.received_at) FROM lead WHERE lead.number IN "
    "((SELECT min(lead_number) FROM delivery WHERE state = 'pending'), "
    " (SELECT min(lead_number) FROM delivery WHERE state = 'claimed'))";
constexpr const char* kLastReceived = "SELECT received_at FROM lead ORDER BY number DESC LIMIT 1";

std::optional<Time> read_time(SQLite::Statement& row, int column) {
  const auto cell = row.getColumn(column);
  if (cell.isNull()) return std::nullopt;
  return from_unix_ms(cell.getInt64());
}

std::string list_sql(const LeadFilter& filter) {
  std::string sql = filter.state ? kListByState : kListAll;
  const bool about_deliveries = filter.destination || filter.cause;
  if (!filter.state && about_deliveries) sql += kAndAnyDelivery;
  if (filter.destination) sql += kAndDestination;
  if (filter.cause) sql += kAndCause;
  if (!filter.state && about_deliveries) sql += ")";
  if (filter.source) sql += kAndSource;
  if (filter.disposition) sql += kAndDisposition;
  if (filter.from) sql += kAndFrom;
  if (filter.to) sql += kAndTo;
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
        page.leads.push_back({read_lead(rows, 1), {}});
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
      detail.view.lead = read_lead(*row, 1);
      const int after = 1 + kLeadColumnCount;
      detail.headers_json = row->getColumn(after).getString();
      detail.remote_address = row->getColumn(after + 1).getString();
      detail.payload_sha256 = read_sha256(*row, after + 2);
      detail.payload_bytes = row->getColumn(after + 3).getInt64();
    }
    detail.view.deliveries = deliveries(number, true);
    detail.audit = audit(number);
    return detail;
  }

  std::optional<std::string> payload(const Uuid& id) {
    auto row = connection_.use(kPayload);
    bind_uuid(*row, 1, id);
    if (!row->executeStep()) return std::nullopt;
    return row->getColumn(0).getString();
  }

  std::vector<DeadGroup> dead_letters() {
    auto row = connection_.use(kDeadLetters);
    std::vector<DeadGroup> groups;
    while (row->executeStep()) {
      groups.push_back({row->getColumn(0).getString(), row->getColumn(1).getString(),
                        row->getColumn(2).getInt64(), from_unix_ms(row->getColumn(3).getInt64()),
                        from_unix_ms(row->getColumn(4).getInt64()), read_uuid(*row, 5)});
    }
    return groups;
  }

  StoreStatus status() {
    StoreStatus status;
    status.leads = connection_.database().execAndGet(kCountLeads).getInt64();
    {
      auto row = connection_.use(kCountStates);
      while (row->executeStep()) {
        status.deliveries.push_back({row->getColumn(0).getString(),
                                     undamaged(parse_state(row->getColumn(1).getString()), "delivery.state"),
                                     row->getColumn(2).getInt64()});
      }
    }
    status.oldest_undelivered_received_at = one_time(kOldestUndelivered);
    status.last_received_at = one_time(kLastReceived);
    status.store_bytes = size_of(path_) + size_of(path_ + "-wal");
    return status;
  }

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
      view.next_attempt_at = read_time(*row, 4);
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

  std::optional<Time> one_time(const char* sql) {
    auto row = connection_.use(sql);
    if (!row->executeStep()) return std::nullopt;
    return read_time(*row, 0);
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

std::optional<std::string> Reader::payload(const Uuid& id) {
  return queries_->in_one_moment([&] { return queries_->payload(id); });
}

std::vector<DeadGroup> Reader::dead_letters() {
  return queries_->in_one_moment([&] { return queries_->dead_letters(); });
}

StoreStatus Reader::status() {
  return queries_->in_one_moment([&] { return queries_->status(); });
}

}  // namespace leadspool::outbox
