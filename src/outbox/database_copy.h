// Copying a whole database at once, where nobody waits for it. Inside the outbox only; online_copy.h copies a
// store that is in use.
//
// Thread-safety: the connection's thread. Errors: StoreError, SQLite::Exception.
#pragma once

#include <string>

namespace SQLite {
class Database;
}

namespace leadspool::outbox {

// Makes `to`, which must not be there: private, given to the owner of its folder, on disk, and with nothing
// beside it. What is not whole is removed.
void copy_database(SQLite::Database& from, const std::string& to);

// Lets a database that is in WAL mode, as stores are, be a single file without a log.
void leave_wal_mode(const std::string& path);

}  // namespace leadspool::outbox
