// Whether the counts that a store keeps are right.
#pragma once

#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/verification.h"
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
  const auto verification = outbox::verify_store(path);
  for (const auto& flaw : verification.flaws) {
    INFO(flaw.what);
    REQUIRE(flaw.check != "counts");
  }
}

}  // namespace leadspool::test
