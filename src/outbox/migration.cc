#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/log.h"
#include "base/stopwatch.h"
#include "outbox/connection.h"
#include "outbox/database_copy.h"
#include "outbox/schema.h"
#include "outbox/store.h"
#include "outbox/store_files.h"

namespace leadspool::outbox {
namespace {

// A crash within the very first start, before the file was in WAL mode, leaves a journal beside it. Until
// that is rolled back nobody can read the store, and a reader may not do it. It only brings back what was:
// harmless also to a file that is not ours.
void roll_back_first_start(const std::string& path) {
  if (!std::filesystem::exists(path + "-journal")) return;
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  database.execAndGet("SELECT count(*) FROM sqlite_master");
}

std::int64_t size_of(const std::string& file) {
  std::error_code none;
  const auto size = std::filesystem::file_size(file, none);
  return none ? 0 : static_cast<std::int64_t>(size);
}

std::int64_t size_of_store(const std::string& path) { return size_of(path) + size_of(path + "-wal"); }

std::int64_t free_bytes(const std::string& path) {
  std::error_code unknown;
  const auto space = std::filesystem::space(folder_of(path), unknown);
  return unknown ? 0 : static_cast<std::int64_t>(space.available);
}

// Whether the copy was made of the store as it is: a start that failed after it was made need not make it
// again, but an older program that has worked on the store since makes it worthless.
bool is_current(const std::string& copy, const std::string& path) {
  std::error_code none;
  const auto made = std::filesystem::last_write_time(copy, none);
  if (none) return false;
  for (const auto& file : {path, path + "-wal"}) {
    const auto written = std::filesystem::last_write_time(file, none);
    if (!none && made < written) return false;
  }
  return true;
}

// Migrations may write as much into the log as the store is large.
std::int64_t bytes_for_trial(std::int64_t bytes) { return 2 * bytes; }

// The copy stays beside the store while the trial goes on, and after.
std::int64_t bytes_for_migration(const std::string& path, int from, std::int64_t bytes) {
  const bool is_copied = !is_current(copy_before_migration(path, from), path);
  return (is_copied ? bytes : 0) + (bytes > kTriedOnCopy ? bytes_for_trial(bytes) : bytes);
}

// Runs the missing migrations on a copy beside the store, which is removed again.
std::chrono::milliseconds run_on_copy(Connection& store, const std::string& path, int from) {
  const Stopwatch stopwatch;
  const auto copy = path + ".trial";
  remove_database(copy);  // of a process that died
  try {
    copy_database(store.database(), copy);
    Connection trial(copy, Connection::Mode::durable_write);
    run_migrations(trial.database(), from);
  } catch (...) {
    remove_database(copy);
    throw;
  }
  remove_database(copy);
  return std::chrono::duration_cast<std::chrono::milliseconds>(stopwatch.elapsed());
}

// What the older program can go on with. Empty: it could not be made.
std::string keep_copy(Connection& store, const std::string& path, int from) {
  const auto copy = copy_before_migration(path, from);
  if (is_current(copy, path)) {
    log_info("migration_copy_kept", {{"copy", copy}, {"why", "the store has not changed since"}});
    return copy;
  }
  // Under its name, in the place of an older one, only when it is whole.
  const auto unfinished = copy + ".unfinished";
  remove_database(unfinished);
  try {
    copy_database(store.database(), unfinished);
    std::filesystem::rename(unfinished, copy);
    sync_folder(folder_of(copy));
  } catch (const std::runtime_error& failure) {
    log_warn("migration_not_copied", {{"store", path},
                                      {"why", failure.what()},
                                      {"consequence", "migrated without a copy of the store as it was"}});
    return {};
  }
  log_info("migration_copied", {{"copy", copy}, {"schema_version", from}});
  return copy;
}

// What is done before a store of version `from` is migrated, as far as there is room: see migrate(). The
// copy's name. Throws when the migrations fail on a copy.
std::string prepare_migration(const std::string& path, int from) {
  Connection store(path, Connection::Mode::read_only);
  const auto bytes = size_of_store(path);
  if (free_bytes(path) < bytes_for_migration(path, from, bytes)) {
    log_warn("migration_not_copied",
             {{"store", path},
              {"free_bytes", free_bytes(path)},
              {"bytes_needed", bytes_for_migration(path, from, bytes)},
              {"consequence", "migrated without a copy of the store as it was, and untried"}});
    return {};
  }
  auto copy = keep_copy(store, path, from);
  if (bytes > kTriedOnCopy) {
    const auto took = run_on_copy(store, path, from);
    log_info("migration_tried", {{"store", path}, {"took_ms", took.count()}});
  }
  return copy;
}

bool gives_space_back(SQLite::Database& database) {
  return database.execAndGet("PRAGMA auto_vacuum").getInt() == 2;
}

// A store of a program that did not ask for it is made able to give space back: written anew, once. That also
// removes what was left of deleted rows. It ends with the new file or with the old one; without it the store
// works as well, but for the space.
void convert_to_give_space_back(SQLite::Database& database, const std::string& path) {
  if (gives_space_back(database)) return;
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  const auto space = std::filesystem::space(folder_of(path), unknown);
  // Once in a temporary file, once in the log.
  if (unknown || space.available / 2 < size) {
    log_warn("store_not_converted",
             {{"store", path},
              {"bytes", size},
              {"free_bytes", space.available},
              {"consequence", "its file does not shrink; tried again at the next start"}});
    return;
  }
  log_info("store_converting", {{"store", path}, {"bytes", size}});
  try {
    database.exec("PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
    database.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch (const SQLite::Exception& failure) {
    log_warn("store_not_converted",
             {{"store", path},
              {"why", failure.what()},
              {"consequence", "its file does not shrink; tried again at the next start"}});
  }
}

}  // namespace

MigrationReport migrate(const std::string& store_path) {
  try {
    static_cast<void>(make_private_file(store_path));
    roll_back_first_start(store_path);
    // First without any right to write: what is not ours, or newer, stays untouched.
    const int from = stored_schema_version(store_path);
    const int to = schema_version();
    const bool is_upgrade = 0 < from && from < to;
    MigrationReport report{from, to, is_upgrade ? prepare_migration(store_path, from) : ""};
    Connection connection(store_path, Connection::Mode::durable_write);
    if (from != to) {
      run_migrations(connection.database(), from);
      sync_folder(folder_of(store_path));
    }
    convert_to_give_space_back(connection.database(), store_path);
    return report;
  } catch (const SQLite::Exception& failure) {
    throw StoreError("cannot bring the store " + store_path + " up to date: " + failure.what() +
                     "; it was left as it was");
  }
}

MigrationTrial try_migration(const std::string& store_path) {
  MigrationTrial trial{0, schema_version(), {}};
  trial.free_bytes = free_bytes(store_path);
  if (!std::filesystem::exists(store_path)) {
    trial.migrations = missing_migrations(0);
    return trial;
  }
  try {
    roll_back_first_start(store_path);
    trial.from = stored_schema_version(store_path);
    trial.migrations = missing_migrations(trial.from);
    trial.bytes = size_of_store(store_path);
    if (trial.from == 0 || trial.migrations.empty()) return trial;
    trial.bytes_needed = bytes_for_migration(store_path, trial.from, trial.bytes);
    if (const auto needed = bytes_for_trial(trial.bytes); trial.free_bytes < needed) {
      throw StoreError("there is no room to try the migration of " + store_path + " on a copy: that needs " +
                       std::to_string(needed) + " bytes on its disk, and " +
                       std::to_string(trial.free_bytes) + " are free");
    }
    Connection store(store_path, Connection::Mode::read_only);
    trial.took = run_on_copy(store, store_path, trial.from);
    return trial;
  } catch (const SQLite::Exception& failure) {
    throw StoreError("the migration of " + store_path + " fails, as a trial on a copy shows: " +
                     failure.what() + "; the store was left as it was");
  }
}

}  // namespace leadspool::outbox
