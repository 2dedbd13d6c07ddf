#include "outbox/store.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/embedded.h"
#include "base/log.h"
#include "outbox/connection.h"

namespace leadspool::embedded {
const std::vector<File>& migrations();
}

namespace leadspool::outbox {
namespace {

// "LSPO" in the file's header: tells our stores from other SQLite files.
constexpr int kApplicationId = 0x4c53504f;

std::string why() { return std::strerror(errno); }

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

// The files must be there after a power loss, not only their content.
void sync_folder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw StoreError("cannot open the store's folder " + folder + ": " + why());
  const int synced = fsync(fd);
  close(fd);
  if (synced != 0) throw StoreError("cannot sync the store's folder " + folder + ": " + why());
}

// Before SQLite sees the file: a file of our own making is readable by us alone, whatever the umask.
void create_if_absent(const std::string& path) {
  const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0) {
    close(fd);
  } else if (errno != EEXIST) {
    throw StoreError("cannot create the store " + path + ": " + why() +
                     "; check that its folder exists and that this user may write there");
  }
}

// A crash within the very first start, before the file was in WAL mode, leaves a journal beside it. Until
// that is rolled back nobody can read the store, and a reader may not do it. It only brings back what was:
// harmless also to a file that is not ours.
void roll_back_first_start(const std::string& path) {
  if (!std::filesystem::exists(path + "-journal")) return;
  SQLite::Database database(path, SQLite::OPEN_READWRITE);
  database.execAndGet("SELECT count(*) FROM sqlite_master");
}

// The version, having refused a file that is not ours. A new, empty file is version 0.
int read_version(SQLite::Database& database, const std::string& path) {
  const int application = database.execAndGet("PRAGMA application_id").getInt();
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const bool is_new = application == 0 && version == 0 &&
                      database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (application != kApplicationId && !is_new) {
    throw StoreError(path +
                     " is an SQLite file, but not a Leadspool store; set [store] path to another file");
  }
  return version;
}

void refuse_newer(int version, const std::string& path) {
  if (version <= schema_version()) return;
  throw StoreError("the store " + path + " has schema version " + std::to_string(version) +
                   ", made by a newer Leadspool; this one knows up to " + std::to_string(schema_version()) +
                   ". Nothing was changed. Run the newer program, or restore a copy from before the upgrade");
}

MigrationReport run_migrations(SQLite::Database& database, const std::string& path) {
  const int from = read_version(database, path);
  if (from == schema_version()) return {from, from};

  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (int version = from; version < schema_version(); ++version) {
    const auto& file = embedded::migrations()[static_cast<std::size_t>(version)];
    database.exec(std::string(file.text));
  }
  database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.exec("PRAGMA user_version = " + std::to_string(schema_version()));
  transaction.commit();
  return {from, schema_version()};
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

int schema_version() { return static_cast<int>(embedded::migrations().size()); }

StoreLock::StoreLock(const std::string& store_path) {
  const std::string path = store_path + ".lock";
  fd_ = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  if (fd_ < 0) {
    throw StoreError("cannot open the lock file " + path + ": " + why() +
                     "; check that the store's folder exists and that this user may write there");
  }
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    char holder[24] = {};
    const ssize_t size = pread(fd_, holder, sizeof holder - 1, 0);
    close(fd_);
    const std::string pid = size > 0 ? std::string(holder, strcspn(holder, "\n")) : "unknown";
    throw StoreLocked("the store " + store_path + " is in use by another Leadspool process (pid " + pid +
                      "); stop that one, or give this one another [store] path");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // Only tells a person who holds the lock; the lock itself does not depend on it.
  if (ftruncate(fd_, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(fd_, pid.data(), pid.size(), 0);
  }
}

StoreLock::~StoreLock() { close(fd_); }

MigrationReport migrate(const std::string& store_path) {
  try {
    create_if_absent(store_path);
    roll_back_first_start(store_path);
    // First without any right to write: what is not ours, or newer, stays untouched.
    static_cast<void>(stored_schema_version(store_path));
    Connection connection(store_path, Connection::Mode::durable_write);
    const auto report = run_migrations(connection.database(), store_path);
    if (report.from != report.to) sync_folder(folder_of(store_path));
    convert_to_give_space_back(connection.database(), store_path);
    return report;
  } catch (const SQLite::Exception& failure) {
    throw StoreError("cannot bring the store " + store_path + " up to date: " + failure.what() +
                     "; it was left as it was");
  }
}

int stored_schema_version(const std::string& store_path) {
  Connection connection(store_path, Connection::Mode::read_only);
  try {
    const int version = read_version(connection.database(), store_path);
    refuse_newer(version, store_path);
    return version;
  } catch (const SQLite::Exception& failure) {
    throw StoreError("cannot read the store " + store_path + ": " + failure.what());
  }
}

}  // namespace leadspool::outbox
