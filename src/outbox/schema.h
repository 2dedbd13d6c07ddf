// The schema of a store, which is what the migrations make of an empty file. Inside the outbox only.
//
// Thread-safety: pure, or the connection's thread. Errors: SQLite::Exception, unless told otherwise.
#pragma once

#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace leadspool::outbox {

// The schema version of a file, 0 for a new and empty one. Throws StoreError when the file is not ours;
// `path` is its name for people.
[[nodiscard]] int read_version(SQLite::Database& database, const std::string& path);

// Throws StoreError when it is a newer program's.
void refuse_newer(int version, const std::string& path);

// "0003_delivery_engine" and so on: those that a store of version `from` lacks.
[[nodiscard]] std::vector<std::string> missing_migrations(int from);

// Runs them, in one transaction.
void run_migrations(SQLite::Database& database, int from);

// The copy that is made of a store before it leaves version `from`.
[[nodiscard]] std::string copy_before_migration(const std::string& store_path, int from);

}  // namespace leadspool::outbox
