// What no door writes, written into a store all the same: as a stray shell could, or a disk that fails.
#pragma once

#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

namespace leadspool::test {

// Runs `sql` with no rule in force; afterwards all rules are as they were.
inline void plant(const std::string& path, const std::string& sql) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE, 5'000);
  raw.exec("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
  std::vector<std::string> triggers;
  std::string removal;
  {
    SQLite::Statement row(raw, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
    while (row.executeStep()) {
      removal += "DROP TRIGGER " + row.getColumn(0).getString() + ";";
      triggers.push_back(row.getColumn(1).getString());
    }
  }
  raw.exec(removal);
  raw.exec(sql);
  for (const auto& trigger : triggers) raw.exec(trigger);
}

}  // namespace leadspool::test
