#include "outbox/verification.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <sstream>
#include <system_error>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "outbox/connection.h"
#include "outbox/count_check.h"
#include "outbox/database_copy.h"
#include "outbox/flaws.h"
#include "outbox/lead_check.h"
#include "outbox/lead_row.h"
#include "outbox/schema.h"
#include "outbox/schema_check.h"
#include "outbox/store.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kJournalMode = "PRAGMA journal_mode";
constexpr const char* kPageCount = "PRAGMA page_count";
constexpr const char* kTables =
    "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '% VIRTUAL %'";
constexpr const char* kNewest = "SELECT received_at FROM lead ORDER BY number DESC LIMIT 1";

// Rows that belong to what is not there.
constexpr const char* kOrphans[] = {
    "SELECT 'delivery to ' || destination || ': its lead, number ' || lead_number || ', is missing' "
    "FROM delivery WHERE NOT EXISTS (SELECT 1 FROM lead WHERE number = lead_number)",
    "SELECT 'delivery ' || delivery_id || ': it is missing, but ' || count(*) || ' attempts of it are there' "
    "FROM attempt WHERE NOT EXISTS (SELECT 1 FROM delivery WHERE id = delivery_id) GROUP BY delivery_id",
    "SELECT 'revision ' || number || ' of lead number ' || lead_number || ': that lead is missing' "
    "FROM revision WHERE NOT EXISTS (SELECT 1 FROM lead WHERE lead.number = lead_number)",
    "SELECT 'audit row ' || number || ': its lead, number ' || lead_number || ', is missing' "
    "FROM audit WHERE lead_number IS NOT NULL "
    "  AND NOT EXISTS (SELECT 1 FROM lead WHERE lead.number = lead_number)",
    "SELECT 'delivery to ' || destination || ' of lead number ' || lead_number || ': its redrive is missing' "
    "FROM delivery WHERE redrive_number IS NOT NULL "
    "  AND NOT EXISTS (SELECT 1 FROM redrive WHERE number = redrive_number)"};

// One look within one read transaction. Damage that keeps it from being done is what is found then.
void look(Connection& connection, CheckName name, Flaws& flaws, const std::function<void()>& check) {
  try {
    const SQLite::Transaction moment(connection.database());
    check();
  } catch (const SQLite::Exception& failure) {
    if (failure.getErrorCode() == SQLITE_INTERRUPT) throw;
    flaws.add(name, std::string("it could not all be read: ") + failure.what());
  }
}

// SQLite tells several findings in one row, below a heading.
void add_findings(const std::string& row, Flaws& flaws) {
  std::istringstream lines(row);
  for (std::string line; std::getline(lines, line);) {
    if (line != "ok" && !line.starts_with("***")) flaws.add(CheckName::integrity, line);
  }
}

void check_pages(Connection& connection, const std::string& pragma, Flaws& flaws) {
  look(connection, CheckName::integrity, flaws, [&] {
    SQLite::Statement row(connection.database(), pragma);
    while (row.executeStep()) add_findings(row.getColumn(0).getString(), flaws);
  });
}

std::vector<std::string> tables_of(Connection& connection) {
  auto row = connection.use(kTables);
  std::vector<std::string> tables;
  while (row->executeStep()) tables.push_back(row->getColumn(0).getString());
  return tables;
}

// What may be in use is looked at table by table, since a long read keeps its log from being written anew.
void check_integrity(Connection& connection, Flaws& flaws) {
  std::vector<std::string> pragmas;
  look(connection, CheckName::integrity, flaws, [&] {
    auto& database = connection.database();
    flaws.looked_at(CheckName::integrity, database.execAndGet(kPageCount).getInt64());
    if (database.execAndGet(kJournalMode).getString() != "wal") {
      pragmas.emplace_back("PRAGMA integrity_check");
      return;
    }
    for (const auto& table : tables_of(connection)) {
      pragmas.push_back("PRAGMA integrity_check('" + table + "')");
    }
  });
  for (const auto& pragma : pragmas) check_pages(connection, pragma, flaws);
}

void check_orphans(Connection& connection, Flaws& flaws) {
  for (const char* sql : kOrphans) {
    look(connection, CheckName::history, flaws, [&] {
      auto row = connection.use(sql);
      while (row->executeStep()) flaws.add(CheckName::history, row->getColumn(0).getString());
    });
  }
}

LeadWalk check_all_leads(Connection& connection, Flaws& flaws) {
  LeadWalk walk;
  while (!walk.is_over) {
    const auto after = walk.after;
    look(connection, CheckName::integrity, flaws, [&] {
      check_next_leads(connection, walk, flaws);
      if (walk.is_over && !walk.has_skipped) check_received_in_hours(connection, walk, flaws);
    });
    if (!walk.is_over && walk.after == after) skip_leads(walk);
  }
  return walk;
}

std::optional<Time> newest_received_at(Connection& connection) {
  try {
    auto row = connection.use(kNewest);
    return row->executeStep() ? read_optional_time(*row, 0) : std::nullopt;
  } catch (const SQLite::Exception&) {
    return std::nullopt;  // the walk has told of it
  }
}

void verify_rows(Connection& connection, Verification& verification, Flaws& flaws) {
  check_integrity(connection, flaws);
  look(connection, CheckName::schema, flaws, [&] { check_schema(connection, flaws); });
  check_orphans(connection, flaws);
  const auto walk = check_all_leads(connection, flaws);
  look(connection, CheckName::counts, flaws, [&] { check_counts(connection, flaws); });
  verification.leads = walk.leads;
  verification.last_number = walk.last_number;
  verification.newest_received_at = newest_received_at(connection);
}

// A folder for this user alone, which is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() : path_((std::filesystem::temp_directory_path() / "leadspool-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) {
      throw StoreError("cannot make a temporary folder " + path_ + ": " + std::strerror(errno) +
                       "; set TMPDIR to a folder with room for the store");
    }
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

// A store of an older program, as it will be after its upgrade.
void verify_upgraded(Connection& store, Verification& verification, Flaws& flaws) {
  const TemporaryFolder folder;
  const auto path = folder.file("store.db");
  copy_database(store.database(), path);
  try {
    SQLite::Database copy(path, SQLite::OPEN_READWRITE);
    run_migrations(copy, verification.schema_version);
  } catch (const SQLite::Exception& failure) {
    flaws.add(CheckName::schema, std::string("it cannot be brought up to date: ") + failure.what());
    return;
  }
  Connection copy(path, Connection::Mode::read_only);
  verify_rows(copy, verification, flaws);
}

// Every statement of the connection fails once `give_up` is true.
void end_with(Connection& connection, const std::atomic<bool>& give_up) {
  constexpr int kInstructionsBetweenLooks = 100;
  const auto is_given_up = [](void* flag) {
    return static_cast<const std::atomic<bool>*>(flag)->load() ? 1 : 0;
  };
  sqlite3_progress_handler(connection.database().getHandle(), kInstructionsBetweenLooks, is_given_up,
                           const_cast<std::atomic<bool>*>(&give_up));
}

}  // namespace

Verification verify_store(const std::string& path, const std::atomic<bool>* give_up) {
  std::error_code absent;
  const auto kind = std::filesystem::status(path, absent).type();
  if (!absent && kind != std::filesystem::file_type::regular) {
    throw StoreError(path + " is no plain file; name a store, or a copy of one");
  }
  Verification verification;
  verification.path = path;
  Connection connection(path, Connection::Mode::read_only);
  if (give_up != nullptr) end_with(connection, *give_up);
  Flaws flaws;
  try {
    verification.schema_version = read_version(connection.database(), path);
    refuse_newer(verification.schema_version, path);
    if (verification.schema_version == 0) throw StoreError(path + " is empty: no store was made in it yet");
    std::error_code unknown;
    verification.bytes = static_cast<std::int64_t>(std::filesystem::file_size(path, unknown));
    if (verification.schema_version < schema_version()) {
      verify_upgraded(connection, verification, flaws);
    } else {
      verify_rows(connection, verification, flaws);
    }
  } catch (const SQLite::Exception& failure) {
    const bool is_damaged = failure.getErrorCode() == SQLITE_CORRUPT;
    throw StoreError("cannot read the store " + path + ": " + failure.what() +
                     (is_damaged ? "; the file was cut short, or its beginning is damaged" : ""));
  }
  verification.checks = flaws.take_checks();
  verification.flaws = flaws.take_flaws();
  return verification;
}

}  // namespace leadspool::outbox
