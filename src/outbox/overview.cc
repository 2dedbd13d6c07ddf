#include "outbox/overview.h"

#include <filesystem>
#include <system_error>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/alert_log.h"
#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/hour_counts.h"
#include "outbox/read_connection.h"
#include "outbox/redrive_row.h"
#include "outbox/store_counts.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kNotices = "SELECT at, name, kind, text FROM notice ORDER BY number DESC LIMIT ?";

// As the log was told them, which hears of everything (alert_log.h).
constexpr const char* kOpenAlerts =
    "SELECT substr(name, length(?1) + 1), since, told_at, text FROM alert "
    "WHERE substr(name, 1, length(?1)) = ?1 AND degree > 0 ORDER BY name";

std::int64_t size_of(const std::string& path) {
  std::error_code absent;
  const auto size = std::filesystem::file_size(path, absent);
  return absent ? 0 : static_cast<std::int64_t>(size);
}

std::optional<std::uint64_t> free_beside(const std::string& path) {
  std::error_code unknown;
  const auto space = std::filesystem::space(std::filesystem::absolute(path).parent_path(), unknown);
  return unknown ? std::nullopt : std::optional<std::uint64_t>{space.available};
}

std::vector<NoticeView> read_notices(Connection& connection, int limit) {
  auto row = connection.use(kNotices);
  row->bind(1, limit);
  std::vector<NoticeView> notices;
  while (row->executeStep()) {
    notices.push_back({from_unix_ms(row->getColumn(0).getInt64()), row->getColumn(1).getString(),
                       row->getColumn(2).getString(), row->getColumn(3).getString()});
  }
  return notices;
}

std::vector<OpenAlert> read_open_alerts(Connection& connection) {
  auto row = connection.use(kOpenAlerts);
  row->bind(1, std::string(kLogChannel) + ":");
  std::vector<OpenAlert> alerts;
  while (row->executeStep()) {
    alerts.push_back({row->getColumn(0).getString(), from_unix_ms(row->getColumn(1).getInt64()),
                      from_unix_ms(row->getColumn(2).getInt64()), row->getColumn(3).getString()});
  }
  return alerts;
}

}  // namespace

Overview::Overview(std::string store_path)
    : turns_(std::make_unique<ReadConnection>(std::move(store_path))) {}
Overview::~Overview() = default;

StoreStatus Overview::status() {
  auto status = turns_->in_one_moment(count_store);
  status.store_bytes = size_of(turns_->path());
  status.log_bytes = size_of(turns_->path() + "-wal");
  status.free_bytes = free_beside(turns_->path());
  return status;
}

std::int64_t Overview::unrouted() { return turns_->in_one_moment(count_unrouted); }

std::vector<DeadGroup> Overview::dead_letters() { return turns_->in_one_moment(group_dead_letters); }

std::vector<DeadCount> Overview::dead_counts() { return turns_->in_one_moment(count_dead_letters); }

std::vector<KnownDestination> Overview::destinations() { return turns_->in_one_moment(read_destinations); }

std::vector<std::pair<std::string, Time>> Overview::last_received() {
  return turns_->in_one_moment(read_last_received);
}

std::vector<HourCount> Overview::hours(Metric metric, Time from, Time to) {
  return turns_->in_one_moment(
      [&](Connection& connection) { return read_hours(connection, metric, from, to); });
}

std::vector<HourCount> Overview::totals(Metric metric, Time from, Time to) {
  return turns_->in_one_moment(
      [&](Connection& connection) { return read_totals(connection, metric, from, to); });
}

Waits Overview::waits(Time from, Time to, const std::optional<std::string>& destination) {
  return turns_->in_one_moment(
      [&](Connection& connection) { return read_waits(connection, from, to, destination); });
}

std::vector<RedriveView> Overview::redrives(int limit) {
  return turns_->in_one_moment([&](Connection& connection) { return read_redrives(connection, limit); });
}

std::optional<RedriveView> Overview::redrive(const Uuid& id) {
  return turns_->in_one_moment([&](Connection& connection) { return find_redrive(connection, id); });
}

std::vector<NoticeView> Overview::notices(int limit) {
  return turns_->in_one_moment([&](Connection& connection) { return read_notices(connection, limit); });
}

std::vector<OpenAlert> Overview::open_alerts() { return turns_->in_one_moment(read_open_alerts); }

}  // namespace leadspool::outbox
