#include "outbox/search_index.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "outbox/connection.h"
#include "outbox/lead_row.h"

namespace leadspool::outbox {
namespace {

constexpr int kLeadsPerStep = 200;
constexpr std::size_t kBytesPerStep = 1 << 20;  // bodies may be long
constexpr int kPurgePages = 250;                // of the index, of 4 KiB

constexpr const char* kNotIndexed =
    "SELECT lead.number, " LEADSPOOL_SEARCH_TEXT
    " FROM lead WHERE lead.number > (SELECT indexed_to FROM search_progress) ORDER BY lead.number";

constexpr const char* kIndex = "INSERT INTO lead_search (rowid, words) VALUES (?, ?)";

constexpr const char* kIndexedTo = "UPDATE search_progress SET indexed_to = ?";

#define LEADSPOOL_INDEXED_LEAD \
  "FROM lead WHERE lead.number = ? AND lead.number <= (SELECT indexed_to FROM search_progress)"

constexpr const char* kUnindex =
    "INSERT INTO lead_search (lead_search, rowid, words) "
    "SELECT 'delete', lead.number, " LEADSPOOL_SEARCH_TEXT " " LEADSPOOL_INDEXED_LEAD;

constexpr const char* kReindex =
    "INSERT INTO lead_search (rowid, words) "
    "SELECT lead.number, " LEADSPOOL_SEARCH_TEXT " " LEADSPOOL_INDEXED_LEAD;

constexpr const char* kPurgeState = "SELECT purge FROM search_progress";

constexpr const char* kSetPurge = "UPDATE search_progress SET purge = ?1 WHERE purge <> ?1";

// A negative count begins to merge all parts of the index into one, a positive one goes on with it.
constexpr const char* kMerge = "INSERT INTO lead_search (lead_search, rank) VALUES ('merge', ?)";

void run_for(Connection& connection, const char* sql, std::int64_t lead_number) {
  auto statement = connection.use(sql);
  statement->bind(1, lead_number);
  statement->exec();
}

// How many rows it changed, those of the index itself included.
std::int64_t merge(Connection& connection, int pages) {
  auto* const handle = connection.database().getHandle();
  const auto before = sqlite3_total_changes64(handle);
  auto statement = connection.use(kMerge);
  statement->bind(1, pages);
  statement->exec();
  return sqlite3_total_changes64(handle) - before;
}

}  // namespace

bool index_next_leads(Connection& connection) {
  std::int64_t indexed_to = 0;
  {
    auto lead = connection.use(kNotIndexed);
    std::size_t bytes = 0;
    for (int count = 0; count < kLeadsPerStep && bytes < kBytesPerStep && lead->executeStep(); ++count) {
      indexed_to = lead->getColumn(0).getInt64();
      const std::string text = lead->getColumn(1).getString();
      bytes += text.size();
      auto index = connection.use(kIndex);
      index->bind(1, indexed_to);
      index->bindNoCopy(2, text);
      index->exec();
    }
  }
  if (indexed_to == 0) return false;
  run_for(connection, kIndexedTo, indexed_to);
  return true;
}

void unindex_lead(Connection& connection, std::int64_t lead_number) {
  run_for(connection, kUnindex, lead_number);
}

void reindex_lead(Connection& connection, std::int64_t lead_number) {
  run_for(connection, kReindex, lead_number);
}

Purge purge_state(Connection& connection) {
  auto row = connection.use(kPurgeState);
  row->executeStep();
  return static_cast<Purge>(row->getColumn(0).getInt());
}

void set_purge(Connection& connection, Purge purge) {
  auto update = connection.use(kSetPurge);
  update->bind(1, static_cast<int>(purge));
  update->exec();
}

bool purge_step(Connection& connection) {
  const auto state = purge_state(connection);
  if (state != Purge::owed && state != Purge::running) return false;
  const bool begins = state == Purge::owed;
  // The statement itself counts as one change; without another there was nothing left to merge.
  const bool merged = merge(connection, begins ? -kPurgePages : kPurgePages) > 1;
  if (begins || merged) {
    set_purge(connection, Purge::running);
    return true;
  }
  set_purge(connection, Purge::wipe);
  return false;
}

}  // namespace leadspool::outbox
