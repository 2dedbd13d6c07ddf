// One SQLite connection with its prepared statements. Inside the outbox only.
//
// Promise: a writing connection is in WAL mode with synchronous=FULL, foreign keys and secure_delete on, read
// back after setting; a reading one is opened read-only, so that it can neither write nor checkpoint.
//
// Thread-safety: none; one thread at a time.
// Errors: opening throws StoreError; everything after that SQLite::Exception.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "outbox/stored_change.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace leadspool::outbox {

// A prepared statement in use; at the end of its scope it is reset, so that no read transaction lingers.
class StatementUse {
 public:
  explicit StatementUse(SQLite::Statement& statement) : statement_(statement) {}
  ~StatementUse();
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

  SQLite::Statement* operator->() { return &statement_; }
  SQLite::Statement& operator*() { return statement_; }

 private:
  SQLite::Statement& statement_;
};

class Connection {
 public:
  enum class Mode { read_only, durable_write };

  // Readers never wait for the writer in WAL mode; this bridges the moments of opening and recovery.
  static constexpr int kBusyTimeoutMs = 5'000;

  Connection(const std::string& path, Mode mode);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Prepared at first use and kept. `sql` must be a constant: its address is the name under which it is kept.
  [[nodiscard]] StatementUse use(const char* sql);

  [[nodiscard]] SQLite::Database& database() { return *database_; }

  // What a change changes, for those who are told of it once it is committed (Committer::on_stored).
  void note(StoredChange change) { notes_.push_back(std::move(change)); }
  [[nodiscard]] std::vector<StoredChange>& notes() { return notes_; }

  // What must end before the database is closed, such as a copy that is being made of it: owned from now on,
  // until it is let go.
  void keep_until_closed(std::shared_ptr<void> part) { parts_.push_back(std::move(part)); }
  void let_go(const std::shared_ptr<void>& part) { std::erase(parts_, part); }

  // Pages in the write-ahead log after the last commit.
  [[nodiscard]] int log_pages() const { return log_pages_; }

 private:
  void prepare_for_durable_writing();

  std::unique_ptr<SQLite::Database> database_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
  std::vector<StoredChange> notes_;
  int log_pages_ = 0;
  std::vector<std::shared_ptr<void>> parts_;  // destroyed before the rest
};

}  // namespace leadspool::outbox
