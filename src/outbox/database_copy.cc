#include "outbox/database_copy.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "outbox/connection.h"
#include "outbox/store.h"
#include "outbox/store_files.h"

namespace leadspool::outbox {
namespace {

const int kReadWrite = SQLite::OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
constexpr int kAllPages = -1;

void copy_pages(SQLite::Database& from, const std::string& to) {
  SQLite::Database copy(to, kReadWrite, Connection::kBusyTimeoutMs);
  copy.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  SQLite::Backup backup(copy, from);
  if (const int result = backup.executeStep(kAllPages); result != SQLITE_DONE) {
    throw StoreError(std::string("cannot make the copy ") + to + ": " + sqlite3_errstr(result));
  }
}

}  // namespace

void copy_database(SQLite::Database& from, const std::string& to) {
  if (!make_private_file(to)) throw StoreError(to + " is there already; it is not overwritten");
  try {
    copy_pages(from, to);
    leave_wal_mode(to);
    sync_file(to);
    sync_folder(folder_of(to));
  } catch (...) {
    remove_database(to);
    throw;
  }
}

void leave_wal_mode(const std::string& path) {
  SQLite::Database database(path, kReadWrite, Connection::kBusyTimeoutMs);
  if (database.execAndGet("PRAGMA journal_mode = DELETE").getString() != "delete") {
    throw StoreError(path + " could not be brought out of WAL mode; is it in use?");
  }
}

}  // namespace leadspool::outbox
