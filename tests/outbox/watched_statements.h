// The statements that a connection runs, seen by SQLite itself: what they are, and what they cost.
#pragma once

#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

namespace leadspool::test {

class WatchedStatements {
 public:
  // `database` outlives the watch.
  explicit WatchedStatements(SQLite::Database& database) : database_(database) {
    sqlite3_trace_v2(database_.getHandle(), SQLITE_TRACE_PROFILE, note, this);
  }
  ~WatchedStatements() { sqlite3_trace_v2(database_.getHandle(), 0, nullptr, nullptr); }
  WatchedStatements(const WatchedStatements&) = delete;
  WatchedStatements& operator=(const WatchedStatements&) = delete;

  // Those so far that read or change rows.
  [[nodiscard]] std::vector<std::string> seen() const { return seen_; }

  // Of SQLite's virtual machine, for all of them: the same on every computer.
  [[nodiscard]] int steps() const { return steps_; }

  // The lines of SQLite's plan for `sql`.
  [[nodiscard]] static std::string plan_of(SQLite::Database& database, const std::string& sql) {
    SQLite::Statement plan(database, "EXPLAIN QUERY PLAN " + sql);
    std::string lines;
    while (plan.executeStep()) lines += plan.getColumn(3).getString() + "\n";
    return lines;
  }

 private:
  static int note(unsigned, void* self, void* finished, void*) {
    auto* statement = static_cast<sqlite3_stmt*>(finished);
    auto& watch = *static_cast<WatchedStatements*>(self);
    const std::string sql = sqlite3_sql(statement);
    for (const char* kind : {"SELECT", "UPDATE", "INSERT", "DELETE", "WITH"}) {
      if (sql.rfind(kind, 0) != 0) continue;
      watch.seen_.push_back(sql);
      watch.steps_ += sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
    }
    return 0;
  }

  SQLite::Database& database_;
  std::vector<std::string> seen_;
  int steps_ = 0;
};

}  // namespace leadspool::test
