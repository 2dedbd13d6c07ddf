// Whether the counts that a store keeps are right.
#pragma once

#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/catch.h"

namespace leadspool::test {

using Rows = std::vector<std::string>;

// The rows of a query, each as one text.
inline Rows rows_of(const std::string& path, const std::string& sql) {
  SQLite::Database raw(path);
  SQLite::Statement row(raw, sql);
  Rows rows;
  while (row.executeStep()) {
    std::string text;
    for (int i = 0; i < row.getColumnCount(); ++i) text += row.getColumn(i).getString() + " | ";
    rows.push_back(text);
  }
  return rows;
}

// The counts that triggers keep are those of a look through all rows.
inline void require_counts_agree(const std::string& path) {
  REQUIRE(rows_of(path, "SELECT * FROM lead_count WHERE count > 0 ORDER BY 1, 2") ==
          rows_of(path, "SELECT source, disposition, count(*) FROM lead GROUP BY 1, 2 ORDER BY 1, 2"));
  REQUIRE(
      rows_of(path, "SELECT * FROM delivery_count WHERE count > 0 ORDER BY 1, 2, 3") ==
      rows_of(path,
              "SELECT destination, iif(state IN ('pending', 'claimed'), 'open', state), "
              "iif(state = 'dead', cause, ''), count(*) FROM delivery GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"));
  REQUIRE(rows_of(path, "SELECT * FROM attempts_in_hour ORDER BY 1, 2, 3") ==
          rows_of(path,
                  "SELECT started_at - started_at % 3600000, destination, outcome, count(*) FROM attempt "
                  "JOIN delivery ON delivery.id = delivery_id GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"));
  REQUIRE(
      rows_of(path,
              "SELECT hour, source, sum(count), min(first_number), max(last_number) FROM received_in_hour "
              "GROUP BY 1, 2 ORDER BY 1, 2") ==
      rows_of(path,
              "SELECT received_at - received_at % 3600000, source, count(*), min(number), max(number) "
              "FROM lead GROUP BY 1, 2 ORDER BY 1, 2"));
  REQUIRE(
      rows_of(path, "SELECT * FROM received_on_day ORDER BY 1") ==
      rows_of(path,
              "SELECT received_at - received_at % 86400000, min(number), max(number) FROM lead GROUP BY 1 "
              "ORDER BY 1"));
}

}  // namespace leadspool::test
