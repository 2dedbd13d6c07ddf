#include "fault/store_check.h"

#include <map>
#include <sstream>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/overview.h"
#include "outbox/store.h"

namespace leadspool::test {
namespace {

// Each yields nothing from a store that is as it should be.
constexpr const char* kMustBeEmpty[] = {
    "SELECT 'integrity_check: ' || integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    "SELECT 'foreign_key_check: ' || \"table\" FROM pragma_foreign_key_check",
    "SELECT 'lead stored twice: ' || CAST(payload AS TEXT) FROM lead GROUP BY payload HAVING count(*) > 1",
    "SELECT 'number ' || seq || ' was given, but there are ' || there || ' leads, and ' || removed || ' "
    "removed' "
    "  FROM sqlite_sequence, (SELECT count(*) AS there FROM lead), "
    "    (SELECT coalesce(sum(last_number - first_number + 1), 0) AS removed FROM removed_leads) "
    "  WHERE name = 'lead' AND seq <> there + removed",
    "SELECT 'lead ' || number || ' is there, but noted as removed' FROM lead, removed_leads "
    "  WHERE number BETWEEN first_number AND last_number",
    "SELECT 'gap in the history of delivery ' || id FROM delivery "
    "  WHERE attempt_count <> (SELECT count(*) FROM attempt WHERE delivery_id = id) "
    "     OR attempt_count <> (SELECT coalesce(max(number), 0) FROM attempt WHERE delivery_id = id)",
    "SELECT 'lead ' || number || ' has lost its delivery' FROM lead "
    "  WHERE disposition = 'deliver' AND number NOT IN (SELECT lead_number FROM delivery)",
};

constexpr const char* kDeliveries =
    "SELECT lower(hex(lead.id)), coalesce(state, ''), coalesce(attempt_count, 0) "
    "FROM lead LEFT JOIN delivery ON lead_number = number";

struct Stored {
  std::string state;
  int attempts;
};

std::string without_dashes(std::string id) {
  std::erase(id, '-');
  return id;
}

void compare(const std::map<std::string, Stored>& stored, const std::string& acknowledged,
             std::vector<std::string>& faults) {
  std::istringstream lines(acknowledged);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what, id, state;
    int attempts = 0;
    words >> what >> id >> state >> attempts;
    const auto found = stored.find(without_dashes(id));
    if (found == stored.end()) {
      faults.push_back("lost: " + line);
    } else if (found->second.attempts < attempts) {
      faults.push_back("forgotten: " + line);
    } else if (state == "delivered" && found->second.state != "delivered") {
      faults.push_back("now " + found->second.state + ": " + line);
    }
  }
}

}  // namespace

std::vector<std::string> faults_of_store(const std::string& path, const std::string& acknowledged) {
  std::vector<std::string> faults;
  try {
    outbox::migrate(path);
    SQLite::Database raw(path, SQLite::OPEN_READONLY);
    for (const char* sql : kMustBeEmpty) {
      SQLite::Statement rows(raw, sql);
      while (rows.executeStep()) faults.push_back(rows.getColumn(0).getString());
    }
    std::map<std::string, Stored> stored;
    SQLite::Statement rows(raw, kDeliveries);
    while (rows.executeStep()) {
      stored[rows.getColumn(0).getString()] = {rows.getColumn(1).getString(), rows.getColumn(2).getInt()};
    }
    compare(stored, acknowledged, faults);
    if (outbox::Overview(path).status().leads != static_cast<std::int64_t>(stored.size())) {
      faults.emplace_back("the reader sees another number of leads");
    }
  } catch (const std::exception& failure) {
    faults.push_back(std::string("cannot be opened: ") + failure.what());
  }
  return faults;
}

}  // namespace leadspool::test
