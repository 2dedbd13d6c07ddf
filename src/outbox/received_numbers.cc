#include "outbox/received_numbers.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"

namespace leadspool::outbox {
namespace {

// The hours of one day, then the days behind or before it. With a clock that was set back, the outermost
// number may be in any of them.
constexpr const char* kFirst =
    "SELECT min(first_number) FROM ("
    "  SELECT first_number FROM received_in_hour WHERE hour >= ?1 - ?1 % 3600000 "
    "    AND hour < ?1 - ?1 % 86400000 + 86400000 "
    "  UNION ALL SELECT first_number FROM received_on_day WHERE day > ?1 - ?1 % 86400000)";
constexpr const char* kLast =
    "SELECT max(last_number) FROM ("
    "  SELECT last_number FROM received_in_hour WHERE hour >= ?1 - ?1 % 86400000 "
    "    AND hour <= ?1 - ?1 % 3600000 "
    "  UNION ALL SELECT last_number FROM received_on_day WHERE day < ?1 - ?1 % 86400000)";

std::optional<std::int64_t> read_number(Connection& connection, const char* sql, Time time) {
  auto row = connection.use(sql);
  row->bind(1, to_unix_ms(time));
  row->executeStep();
  const auto number = row->getColumn(0);
  return number.isNull() ? std::nullopt : std::optional{number.getInt64()};
}

}  // namespace

NumberRange numbers_received(Connection& connection, std::optional<Time> from, std::optional<Time> to) {
  NumberRange range;
  if (from) range.first = read_number(connection, kFirst, *from).value_or(range.last);
  if (to) range.last = read_number(connection, kLast, *to - Milliseconds{1}).value_or(range.first - 1);
  return range;
}

}  // namespace leadspool::outbox
