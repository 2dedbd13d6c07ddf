#include "outbox/count_check.h"

#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/flaws.h"

namespace leadspool::outbox {
namespace {

// Two queries that must give the same rows: a name in words, and a number.
struct Comparison {
  const char* kept;     // what the triggers count
  const char* counted;  // what is there
  // Of what retention has removed the counts of hours remain: more may be kept than there is.
  bool outlives_the_rows = false;
};

constexpr Comparison kComparisons[] = {
    // By the index of the sources, and that of all but the most frequent disposition: the rows are long.
    {"SELECT 'leads of source ' || source, sum(count) FROM lead_count GROUP BY source",
     "SELECT 'leads of source ' || source, count(*) FROM lead GROUP BY source"},
    {"SELECT 'leads of source ' || source || ', ' || disposition, count FROM lead_count "
     "WHERE disposition <> 'deliver' AND count <> 0",
     "SELECT 'leads of source ' || source || ', ' || disposition, count(*) FROM lead "
     "WHERE disposition <> 'deliver' GROUP BY source, disposition"},
    {"SELECT 'deliveries to ' || destination || ', ' || state, sum(count) FROM delivery_count "
     "GROUP BY destination, state",
     "SELECT 'deliveries to ' || destination || ', ' || counted_as, sum(count) FROM "
     "  (SELECT destination, iif(state IN ('pending', 'claimed'), 'open', state) AS counted_as, "
     "     count(*) AS count FROM delivery GROUP BY state, destination) "
     "GROUP BY destination, counted_as"},
    {"SELECT 'dead deliveries to ' || destination || ' with the cause ' || cause, count FROM delivery_count "
     "WHERE state = 'dead' AND count <> 0",
     "SELECT 'dead deliveries to ' || destination || ' with the cause ' || cause, count(*) FROM delivery "
     "WHERE state = 'dead' GROUP BY destination, cause"},
    {"SELECT 'deliveries to ' || destination || ' that ended as delivered', sum(count) FROM ended_in_hour "
     "WHERE state = 'delivered' GROUP BY destination",
     "SELECT 'deliveries to ' || destination || ' that ended as delivered', count(*) FROM delivery "
     "WHERE state = 'delivered' GROUP BY destination",
     true},
    {"SELECT 'attempts at ' || destination || ' in hour ' || hour || ', ' || outcome, count "
     "FROM attempts_in_hour",
     "SELECT 'attempts at ' || destination || ' in hour ' || (started_at - started_at % 3600000) || ', ' || "
     "  outcome, count(*) FROM attempt JOIN delivery ON delivery.id = attempt.delivery_id "
     "GROUP BY started_at - started_at % 3600000, destination, outcome",
     true}};

constexpr const char* kNothingRemoved = "SELECT NOT EXISTS (SELECT 1 FROM removed_leads)";

constexpr const char* kReceivedInHours =
    "SELECT hour, source, disposition, count, first_number, last_number FROM received_in_hour";

constexpr const char* kReceived = "SELECT coalesce(sum(count), 0) FROM received_in_hour";

constexpr const char* kWrongDays =
    "SELECT coalesce(days.day, hours.day) FROM received_on_day AS days FULL JOIN "
    "  (SELECT hour - hour % 86400000 AS day, min(first_number) AS first_number, "
    "     max(last_number) AS last_number FROM received_in_hour GROUP BY 1) AS hours ON hours.day = days.day "
    "WHERE days.first_number IS NOT hours.first_number OR days.last_number IS NOT hours.last_number";

// Numbered by SQLite without a gap; of the audit retention removes rows with their leads.
constexpr const char* kNumberedRows =
    "SELECT 'audit', (SELECT count(*) FROM audit), coalesce((SELECT max(number) FROM audit), 0), "
    "  coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0) "
    "WHERE NOT EXISTS (SELECT 1 FROM removed_leads) "
    "UNION ALL SELECT 'redrive', (SELECT count(*) FROM redrive), coalesce((SELECT max(number) FROM redrive), "
    "0), "
    "  coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'redrive'), 0)";

constexpr const char* kOverlappingRanges =
    "SELECT first_number, last_number FROM (SELECT first_number, last_number, "
    "  max(last_number) OVER (ORDER BY first_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS "
    "before "
    "  FROM removed_leads) WHERE first_number <= before "
    "UNION ALL SELECT first_number, last_number FROM removed_leads WHERE last_number > "
    "  coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'lead'), 0)";

using Counts = std::map<std::string, std::int64_t>;

Counts read_counts(Connection& connection, const char* sql) {
  auto row = connection.use(sql);
  Counts counts;
  while (row->executeStep()) counts[row->getColumn(0).getString()] += row->getColumn(1).getInt64();
  return counts;
}

bool is_nothing_removed(Connection& connection) {
  auto row = connection.use(kNothingRemoved);
  row->executeStep();
  return row->getColumn(0).getInt() == 1;
}

std::int64_t at(const Counts& counts, const std::string& name) {
  const auto found = counts.find(name);
  return found == counts.end() ? 0 : found->second;
}

void compare(const Counts& kept, const Counts& there, bool may_be_more, Flaws& flaws) {
  Counts all = kept;
  all.insert(there.begin(), there.end());
  for (const auto& entry : all) {
    flaws.looked_at(CheckName::counts);
    const auto told = at(kept, entry.first);
    const auto counted = at(there, entry.first);
    if (told == counted || (may_be_more && told > counted)) continue;
    flaws.add(CheckName::counts, entry.first + ": the count says " + std::to_string(told) + ", but " +
                                     std::to_string(counted) + " are there");
  }
}

void check_days(Connection& connection, Flaws& flaws) {
  auto row = connection.use(kWrongDays);
  while (row->executeStep()) {
    flaws.add(CheckName::counts,
              "day " + row->getColumn(0).getString() + ": it is not made of the numbers of its hours");
  }
}

void check_numbers(Connection& connection, Flaws& flaws) {
  {
    auto row = connection.use(kNumberedRows);
    while (row->executeStep()) {
      const auto rows = row->getColumn(1).getInt64();
      const auto last = row->getColumn(3).getInt64();
      flaws.looked_at(CheckName::sequence, rows);
      if (rows == last && row->getColumn(2).getInt64() == last) continue;
      flaws.add(CheckName::sequence, row->getColumn(0).getString() + ": " + std::to_string(last) +
                                         " rows were written, but " + std::to_string(rows) + " are there");
    }
  }
  auto range = connection.use(kOverlappingRanges);
  while (range->executeStep()) {
    flaws.add(CheckName::sequence, "leads number " + range->getColumn(0).getString() + " to " +
                                       range->getColumn(1).getString() +
                                       ": retention cannot have removed them, or not twice");
  }
}

}  // namespace

void check_counts(Connection& connection, Flaws& flaws) {
  const bool nothing_removed = is_nothing_removed(connection);
  for (const auto& comparison : kComparisons) {
    compare(read_counts(connection, comparison.kept), read_counts(connection, comparison.counted),
            comparison.outlives_the_rows && !nothing_removed, flaws);
  }
  check_days(connection, flaws);
  check_numbers(connection, flaws);
}

void check_received_in_hours(Connection& connection, const LeadWalk& walk, Flaws& flaws) {
  const bool nothing_removed = is_nothing_removed(connection);
  auto unaccounted = walk.received;
  auto row = connection.use(kReceivedInHours);
  while (row->executeStep()) {
    flaws.looked_at(CheckName::counts);
    const ReceivedIn name{row->getColumn(0).getInt64(), row->getColumn(1).getString(),
                          row->getColumn(2).getString()};
    const ReceivedCount kept{row->getColumn(3).getInt64(), row->getColumn(4).getInt64(),
                             row->getColumn(5).getInt64()};
    const auto found = unaccounted.extract(name);
    const auto there = found ? found.mapped() : ReceivedCount{};
    const bool covers =
        there.count == 0 || (kept.count >= there.count && kept.first_number <= there.first_number &&
                             kept.last_number >= there.last_number);
    if (nothing_removed ? kept == there : covers) continue;
    flaws.add(CheckName::counts, "leads of source " + std::get<1>(name) + ", " + std::get<2>(name) +
                                     ", in hour " + std::to_string(std::get<0>(name)) + ": the count says " +
                                     std::to_string(kept.count) + ", but " + std::to_string(there.count) +
                                     " are there, or others than it says");
  }
  for (const auto& [name, there] : unaccounted) {
    flaws.add(CheckName::counts, "leads of source " + std::get<1>(name) + ", " + std::get<2>(name) +
                                     ", in hour " + std::to_string(std::get<0>(name)) +
                                     ": they are not counted, but " + std::to_string(there.count) +
                                     " are there");
  }
  auto received = connection.use(kReceived);
  received->executeStep();
  const auto count = received->getColumn(0).getInt64();
  if (count == walk.last_number) return;
  flaws.add(CheckName::counts, "the hours count " + std::to_string(count) +
                                   " leads, but the last number given was " +
                                   std::to_string(walk.last_number));
}

}  // namespace leadspool::outbox
