// Opening a store: creating the file, taking the lock, bringing the schema up to date.
//
// A store is one SQLite file and, beside it, `<file>.lock`: whoever holds the lock is the only process that
// changes the store, so claims found at start belong to a process that died.
//
// Thread-safety: none needed; done once at start.
#pragma once

#include <stdexcept>
#include <string>

namespace leadspool::outbox {

// The store cannot be used; the text tells the operator why and what to do.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// Another process holds the lock.
struct StoreLocked : StoreError {
  using StoreError::StoreError;
};

// The schema this program speaks: the number of the last migration.
[[nodiscard]] int schema_version();

// The lock, held until destruction or the end of the process. Advisory (flock), so a crash frees it.
class StoreLock {
 public:
  // Throws StoreLocked, naming the process that holds it, or StoreError.
  explicit StoreLock(const std::string& store_path);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  int fd_;
};

struct MigrationReport {
  int from;  // 0: the file was new
  int to;
};

// Creates the file (0600) if absent and runs the migrations it lacks, all in one transaction: it ends with
// the new schema or with the old one, never between. Needs the lock. Throws StoreError; for a store made by a
// newer program too, and then nothing was touched. An older store is then written anew so that it can give
// space back, where there is room for that; what became of it is logged.
MigrationReport migrate(const std::string& store_path);

// The schema version of an existing store. Throws StoreError when it is not one of ours.
[[nodiscard]] int stored_schema_version(const std::string& store_path);

}  // namespace leadspool::outbox
