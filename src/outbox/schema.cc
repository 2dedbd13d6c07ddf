#include "outbox/schema.h"

#include <filesystem>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/embedded.h"
#include "outbox/store.h"

namespace leadspool::embedded {
const std::vector<File>& migrations();
}

namespace leadspool::outbox {
namespace {

// "LSPO" in the file's header: tells our stores from other SQLite files.
constexpr int kApplicationId = 0x4c53504f;

// The newest copy from before a migration that this program can go on with; empty: there is none.
std::string find_copy_before_migration(const std::string& path) {
  for (int version = schema_version(); version > 0; --version) {
    auto copy = copy_before_migration(path, version);
    std::error_code unknown;
    if (std::filesystem::exists(copy, unknown)) return copy;
  }
  return {};
}

}  // namespace

int schema_version() { return static_cast<int>(embedded::migrations().size()); }

int read_version(SQLite::Database& database, const std::string& path) {
  const int application = database.execAndGet("PRAGMA application_id").getInt();
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  const bool is_new = application == 0 && version == 0 &&
                      database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0;
  if (application != kApplicationId && !is_new) {
    throw ForeignStore(path +
                       " is an SQLite file, but not a Leadspool store; set [store] path to another file");
  }
  return version;
}

void refuse_newer(int version, const std::string& path) {
  if (version <= schema_version()) return;
  const auto copy = find_copy_before_migration(path);
  throw StoreTooNew("the store " + path + " has schema version " + std::to_string(version) +
                    ", made by a newer Leadspool; this one knows up to " + std::to_string(schema_version()) +
                    ". Nothing was changed. Run the newer program, or " +
                    (copy.empty() ? "restore a copy from before the upgrade"
                                  : "put the copy from before the upgrade in its place, without what came "
                                    "since: leadspool restore " +
                                        copy));
}

std::vector<std::string> missing_migrations(int from) {
  std::vector<std::string> names;
  for (int version = from; version < schema_version(); ++version) {
    const auto& file = embedded::migrations()[static_cast<std::size_t>(version)];
    names.push_back(std::filesystem::path(file.name).stem().string());
  }
  return names;
}

void run_migrations(SQLite::Database& database, int from) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  for (int version = from; version < schema_version(); ++version) {
    const auto& file = embedded::migrations()[static_cast<std::size_t>(version)];
    database.exec(std::string(file.text));
  }
  database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
  database.exec("PRAGMA user_version = " + std::to_string(schema_version()));
  transaction.commit();
}

std::string copy_before_migration(const std::string& store_path, int from) {
  return store_path + ".schema-" + std::to_string(from);
}

}  // namespace leadspool::outbox
