// Opening a store: creating the file, taking the lock, bringing the schema up to date.
//
// A store is one SQLite file and, beside it, `<file>.lock`: whoever holds the lock is the only process that
// changes the store, so claims found at start belong to a process that died.
//
// Thread-safety: none needed; done once at start.
#pragma once

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace leadspool::outbox {

// The store cannot be used; the text tells the operator why and what to do.
struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// A newer program made it.
struct StoreTooNew : StoreError {
  using StoreError::StoreError;
};
// The file is another program's.
struct ForeignStore : StoreError {
  using StoreError::StoreError;
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
  std::string copy;  // of the store as it was; empty: none was made, or there was nothing to do
};

// Creates the file (0600) if absent and runs the migrations it lacks, all in one transaction: it ends with
// the new schema or with the old one, never between. Of a store that is to be migrated a copy is made before,
// "<file>.schema-<from>", with which the older program can go on (in the place of an older one); where
// the store is large (kTriedOnCopy) the migrations run on a second copy first. Without room for them it is
// told in the log and gone on without. Needs the lock. Throws StoreError; for a store made by a newer program
// too, and then nothing was touched. An older store is then written anew so that it can give space back,
// where there is room for that; what became of it is logged.
MigrationReport migrate(const std::string& store_path);

// From this size on migrations are tried on a copy first.
inline constexpr std::int64_t kTriedOnCopy = 64 << 20;

// What migrate() would do.
struct MigrationTrial {
  int from;  // 0: there is no store yet
  int to;
  std::vector<std::string> migrations;  // those that are missing: "0004_admin"
  std::int64_t bytes = 0;               // of the store and its log
  std::int64_t free_bytes = 0;          // on its disk
  std::int64_t bytes_needed = 0;        // on its disk, while it is migrated
  std::chrono::milliseconds took{0};    // on the copy; 0: it was not tried, as there is nothing to do
};

// Runs the migrations on a copy in the store's folder, which is removed again. The store is not changed.
// Needs the lock. Throws StoreError when it would fail, or there is no room to try.
[[nodiscard]] MigrationTrial try_migration(const std::string& store_path);

// The schema version of an existing store. Throws StoreError when it is not one of ours.
[[nodiscard]] int stored_schema_version(const std::string& store_path);

}  // namespace leadspool::outbox
