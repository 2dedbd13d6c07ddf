#include "outbox/hour_counts.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kReceived =
    "SELECT hour, source, disposition, count FROM received_in_hour WHERE hour >= ? AND hour < ?";
constexpr const char* kDelivered =
    "SELECT hour, destination, '', sum(count) FROM ended_in_hour WHERE hour >= ? AND hour < ? "
    "AND state = 'delivered' GROUP BY hour, destination";
constexpr const char* kDead =
    "SELECT hour, destination, '', sum(count) FROM ended_in_hour WHERE hour >= ? AND hour < ? "
    "AND state = 'dead' GROUP BY hour, destination";
constexpr const char* kAttempts =
    "SELECT hour, destination, outcome, count FROM attempts_in_hour WHERE hour >= ? AND hour < ?";

constexpr const char* kTotalReceived =
    "SELECT min(hour), source, disposition, sum(count) FROM received_in_hour WHERE hour >= ? AND hour < ? "
    "GROUP BY source, disposition";
constexpr const char* kTotalDelivered =
    "SELECT min(hour), destination, '', sum(count) FROM ended_in_hour WHERE hour >= ? AND hour < ? "
    "AND state = 'delivered' GROUP BY destination";
constexpr const char* kTotalDead =
    "SELECT min(hour), destination, '', sum(count) FROM ended_in_hour WHERE hour >= ? AND hour < ? "
    "AND state = 'dead' GROUP BY destination";
constexpr const char* kTotalAttempts =
    "SELECT min(hour), destination, outcome, sum(count) FROM attempts_in_hour WHERE hour >= ? AND hour < ? "
    "GROUP BY destination, outcome";

constexpr const char* kWaits =
    "SELECT wait_ms, sum(count) FROM ended_in_hour WHERE hour >= ?1 AND hour < ?2 AND state = 'delivered' "
    "AND (?3 IS NULL OR destination = ?3) GROUP BY wait_ms";

constexpr std::int64_t kHourMs = 3'600'000;
// Of ended_in_hour.wait_ms.
constexpr std::int64_t kLongerThanAll = -1;

std::int64_t begin_of_hour(Time time) {
  const auto ms = to_unix_ms(time);
  return ms - ms % kHourMs;
}

const char* sql_of(Metric metric) {
  switch (metric) {
    case Metric::received:
      return kReceived;
    case Metric::delivered:
      return kDelivered;
    case Metric::dead:
      return kDead;
    case Metric::attempts:
      return kAttempts;
  }
  return kReceived;
}

const char* sum_sql_of(Metric metric) {
  switch (metric) {
    case Metric::received:
      return kTotalReceived;
    case Metric::delivered:
      return kTotalDelivered;
    case Metric::dead:
      return kTotalDead;
    case Metric::attempts:
      return kTotalAttempts;
  }
  return kTotalReceived;
}

std::vector<HourCount> read_counts(Connection& connection, const char* sql, Time from, Time to) {
  auto row = connection.use(sql);
  row->bind(1, begin_of_hour(from));
  row->bind(2, to_unix_ms(to));
  std::vector<HourCount> counts;
  while (row->executeStep()) {
    counts.push_back({from_unix_ms(row->getColumn(0).getInt64()), row->getColumn(1).getString(),
                      row->getColumn(2).getString(), row->getColumn(3).getInt64()});
  }
  return counts;
}

std::size_t class_of(std::int64_t wait_ms) {
  if (wait_ms == kLongerThanAll) return kWaitClasses.size();
  const auto found = std::find(kWaitClasses.begin(), kWaitClasses.end(), Milliseconds{wait_ms});
  if (found == kWaitClasses.end()) throw_damaged("ended_in_hour.wait_ms");
  return static_cast<std::size_t>(found - kWaitClasses.begin());
}

}  // namespace

std::int64_t Waits::total() const { return std::accumulate(counts.begin(), counts.end(), std::int64_t{0}); }

std::optional<Milliseconds> Waits::within(double share) const {
  const auto wanted =
      std::max<std::int64_t>(1, std::llround(std::ceil(share * static_cast<double>(total()))));
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < kWaitClasses.size(); ++i) {
    sum += counts[i];
    if (sum >= wanted) return kWaitClasses[i];
  }
  return std::nullopt;
}

std::string_view to_string(Metric metric) {
  switch (metric) {
    case Metric::received:
      return "received";
    case Metric::delivered:
      return "delivered";
    case Metric::dead:
      return "dead";
    case Metric::attempts:
      return "attempts";
  }
  return "";
}

std::optional<Metric> parse_metric(std::string_view text) {
  const auto found = std::find_if(kMetrics.begin(), kMetrics.end(),
                                  [&](Metric metric) { return to_string(metric) == text; });
  return found == kMetrics.end() ? std::nullopt : std::optional{*found};
}

std::vector<HourCount> read_hours(Connection& connection, Metric metric, Time from, Time to) {
  return read_counts(connection, sql_of(metric), from, to);
}

std::vector<HourCount> read_totals(Connection& connection, Metric metric, Time from, Time to) {
  return read_counts(connection, sum_sql_of(metric), from, to);
}

Waits read_waits(Connection& connection, Time from, Time to, const std::optional<std::string>& destination) {
  auto row = connection.use(kWaits);
  row->bind(1, begin_of_hour(from));
  row->bind(2, to_unix_ms(to));
  if (destination) row->bindNoCopy(3, *destination);
  Waits waits;
  while (row->executeStep()) {
    waits.counts[class_of(row->getColumn(0).getInt64())] += row->getColumn(1).getInt64();
  }
  return waits;
}

}  // namespace leadspool::outbox
