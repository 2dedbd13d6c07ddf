#include "outbox/connection.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "outbox/store.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kCheckpointsAreOurs = "PRAGMA wal_autocheckpoint = 0";

int open_flags(Connection::Mode mode) {
  // SQLite would count its memory under a lock at every allocation, and nothing here asks for the count. Has
  // an effect before the first connection only.
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  // Without SQLite's own mutexes: whoever holds the connection takes turns.
  const int threads = SQLITE_OPEN_NOMUTEX;
  return (mode == Connection::Mode::read_only ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE) | threads;
}

void require_pragma(SQLite::Database& database, const std::string& name, const std::string& wanted) {
  const std::string got = database.execAndGet("PRAGMA " + name).getString();
  if (got != wanted) {
    throw StoreError("SQLite refused PRAGMA " + name + " = " + wanted + " (it is " + got +
                     "); the store's file system must support shared memory and locks, as local disks do");
  }
}

}  // namespace

StatementUse::~StatementUse() {
  statement_.tryReset();
  statement_.clearBindings();  // frees what was bound; cannot fail
}

Connection::Connection(const std::string& path, Mode mode) try
    : database_(std::make_unique<SQLite::Database>(path, open_flags(mode), kBusyTimeoutMs)) {
  if (mode == Mode::durable_write) prepare_for_durable_writing();
} catch (const SQLite::Exception& failure) {
  throw StoreError("cannot open the store " + path + ": " + failure.what() +
                   "; check that the file exists and that this user may read and write it and its folder");
}

Connection::~Connection() = default;

StatementUse Connection::use(const char* sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<SQLite::Statement>(*database_, sql);
  return StatementUse{*statement};
}

void Connection::prepare_for_durable_writing() {
  auto& database = *database_;
  // Of a new file, and only before anything is written to it; an older store is converted by migrate().
  if (database.execAndGet("PRAGMA page_count").getInt() == 0)
    database.exec("PRAGMA auto_vacuum = INCREMENTAL");
  database.execAndGet("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA foreign_keys = ON");
  require_pragma(database, "journal_mode", "wal");
  require_pragma(database, "synchronous", "2");
  require_pragma(database, "foreign_keys", "1");
  // Erased is erased: what is deleted or replaced is overwritten with zeros.
  database.execAndGet("PRAGMA secure_delete = ON");
  require_pragma(database, "secure_delete", "1");

  database.exec(kCheckpointsAreOurs);
  // The log keeps its size, also over a restart: overwriting allocated blocks syncs twice as fast as
  // appending.
  int keep = 1;
  sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_PERSIST_WAL, &keep);
  // After the pragma above, which would put SQLite's own hook in this one's place.
  sqlite3_wal_hook(
      database.getHandle(),
      [](void* log_pages, sqlite3*, const char*, int pages) {
        *static_cast<int*>(log_pages) = pages;
        return SQLITE_OK;
      },
      &log_pages_);
}

}  // namespace leadspool::outbox
