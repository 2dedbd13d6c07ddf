#include "outbox/lead_candidates.h"

#include <algorithm>
#include <limits>
#include <memory>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/destination_row.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

// In each, the last two parameters are the bound and the limit.
constexpr const char* kEvery = "SELECT number FROM lead WHERE number < ? ORDER BY number DESC LIMIT ?";
constexpr const char* kBySource =
    "SELECT number FROM lead INDEXED BY lead_by_source WHERE source = ? AND number < ? "
    "ORDER BY number DESC LIMIT ?";
constexpr const char* kByDisposition =
    "SELECT number FROM lead INDEXED BY lead_by_disposition WHERE disposition = ? "
    "AND disposition <> 'deliver' AND number < ? ORDER BY number DESC LIMIT ?";
constexpr const char* kUnrouted =
    "SELECT number FROM lead INDEXED BY lead_unrouted WHERE unrouted = 1 AND number < ? "
    "ORDER BY number DESC LIMIT ?";
constexpr const char* kByState =
    "SELECT lead_number FROM delivery INDEXED BY delivery_by_state "
    "WHERE destination = ? AND state = ? AND lead_number < ? ORDER BY lead_number DESC LIMIT ?";
constexpr const char* kByCause =
    "SELECT lead_number FROM delivery INDEXED BY delivery_dead_by_lead "
    "WHERE destination = ? AND cause = ? AND state = 'dead' AND lead_number < ? "
    "ORDER BY lead_number DESC LIMIT ?";
constexpr const char* kRevised =
    "SELECT DISTINCT lead_number FROM revision WHERE lead_number < ? ORDER BY lead_number DESC LIMIT ?";
constexpr const char* kByWords =
    "SELECT rowid FROM lead_search WHERE lead_search MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?";

// What follows the beginning in UTF-8 is less than this byte.
constexpr char kAfterAll = '\xff';
constexpr const char* kByEmail =
    "SELECT number FROM lead INDEXED BY lead_by_email WHERE email <> '' AND lower(email) >= ? "
    "AND lower(email) < ? LIMIT ?";

constexpr const char* kIndexedTo = "SELECT indexed_to FROM search_progress";
constexpr const char* kCountOfSource = "SELECT coalesce(sum(count), 0) FROM lead_count WHERE source = ?";
constexpr const char* kCountOfDisposition =
    "SELECT coalesce(sum(count), 0) FROM lead_count WHERE disposition = ?";
// Those of a cause are dead, unless they were discarded since.
constexpr const char* kCountOfDeliveries =
    "SELECT coalesce(sum(count), 0) FROM delivery_count WHERE (?1 IS NULL OR destination = ?1) "
    "AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR cause = ?3)";

std::int64_t read_number(Connection& connection, const char* sql, const std::string& text) {
  auto row = connection.use(sql);
  row->bindNoCopy(1, text);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

// The candidates of `sql` whose first parameters are these.
Candidates by_index(Connection& connection, const char* sql, std::vector<std::string> parameters) {
  return [&connection, sql, parameters = std::move(parameters)](std::int64_t before, int count) {
    auto row = connection.use(sql);
    int parameter = 0;
    for (const auto& text : parameters) row->bindNoCopy(++parameter, text);
    row->bind(++parameter, before);
    row->bind(++parameter, count);
    std::vector<std::int64_t> numbers;
    while (row->executeStep()) numbers.push_back(row->getColumn(0).getInt64());
    return numbers;
  };
}

// As delivery_count has it.
std::string counted_state(State state) {
  return state == State::pending || state == State::claimed ? "open" : std::string(to_string(state));
}

std::int64_t count_deliveries(Connection& connection, const LeadFilter& filter, bool of_cause) {
  auto row = connection.use(kCountOfDeliveries);
  if (filter.destination) row->bind(1, *filter.destination);
  if (filter.state) row->bind(2, counted_state(*filter.state));
  if (of_cause) row->bind(3, *filter.cause);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

// Each destination's deliveries of each state stand in order, so lists of several are merged.
CountedCandidates by_deliveries(Connection& connection, const LeadFilter& filter) {
  const auto destinations =
      filter.destination ? std::vector{*filter.destination} : all_destinations(connection);
  const bool of_cause = filter.cause && filter.state.value_or(State::dead) == State::dead;
  std::vector<Candidates> all;
  for (const auto& destination : destinations) {
    if (of_cause) all.push_back(by_index(connection, kByCause, {destination, *filter.cause}));
    for (const auto state : kStates) {
      if (of_cause || state != filter.state.value_or(state)) continue;
      all.push_back(by_index(connection, kByState, {destination, std::string(to_string(state))}));
    }
  }
  return {merged(std::move(all)), count_deliveries(connection, filter, of_cause)};
}

}  // namespace

Candidates every_lead(Connection& connection) { return by_index(connection, kEvery, {}); }

Candidates leads_with_words(Connection& connection, std::string expression) {
  const auto indexed = indexed_to(connection);
  auto not_indexed = [every = every_lead(connection), indexed](std::int64_t before, int count) {
    auto numbers = before > indexed + 1 ? every(before, count) : std::vector<std::int64_t>{};
    std::erase_if(numbers, [&](std::int64_t number) { return number <= indexed; });
    return numbers;
  };
  return merged({std::move(not_indexed), by_index(connection, kByWords, {std::move(expression)})});
}

Candidates revised_leads(Connection& connection) { return by_index(connection, kRevised, {}); }

Candidates merged(std::vector<Candidates> all) {
  if (all.size() == 1) return std::move(all.front());
  return [all = std::move(all)](std::int64_t before, int count) {
    std::vector<std::int64_t> numbers;
    for (const auto& next : all) {
      const auto more = next(before, count);
      numbers.insert(numbers.end(), more.begin(), more.end());
    }
    std::sort(numbers.begin(), numbers.end(), std::greater{});
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    if (numbers.size() > static_cast<std::size_t>(count)) numbers.resize(static_cast<std::size_t>(count));
    return numbers;
  };
}

Candidates listed(std::vector<std::int64_t> newest_first) {
  return [numbers = std::move(newest_first)](std::int64_t before, int count) {
    const auto from = std::upper_bound(numbers.begin(), numbers.end(), before, std::greater{});
    const auto size = std::min<std::ptrdiff_t>(count, numbers.end() - from);
    return std::vector<std::int64_t>(from, from + size);
  };
}

std::optional<std::vector<std::int64_t>> leads_by_email(Connection& connection, const std::string& beginning,
                                                        int most) {
  auto row = connection.use(kByEmail);
  row->bind(1, beginning);
  row->bind(2, beginning + kAfterAll);
  row->bind(3, most + 1);
  std::vector<std::int64_t> numbers;
  while (row->executeStep()) numbers.push_back(row->getColumn(0).getInt64());
  if (numbers.size() > static_cast<std::size_t>(most)) return std::nullopt;
  std::sort(numbers.begin(), numbers.end(), std::greater{});
  return numbers;
}

CountedCandidates narrowest(Connection& connection, const LeadFilter& filter) {
  std::vector<CountedCandidates> all;
  all.push_back({every_lead(connection), std::numeric_limits<std::int64_t>::max()});
  if (filter.source) {
    all.push_back({by_index(connection, kBySource, {*filter.source}),
                   read_number(connection, kCountOfSource, *filter.source)});
  }
  if (filter.disposition && *filter.disposition != Disposition::deliver) {
    const auto name = std::string(to_string(*filter.disposition));
    all.push_back(
        {by_index(connection, kByDisposition, {name}), read_number(connection, kCountOfDisposition, name)});
  }
  if (filter.unrouted) all.push_back({by_index(connection, kUnrouted, {}), 0});
  if (filter.state || filter.destination || filter.cause) all.push_back(by_deliveries(connection, filter));
  return std::move(*std::min_element(
      all.begin(), all.end(), [](const auto& one, const auto& other) { return one.count < other.count; }));
}

std::int64_t indexed_to(Connection& connection) {
  auto row = connection.use(kIndexedTo);
  row->executeStep();
  return row->getColumn(0).getInt64();
}

}  // namespace leadspool::outbox
