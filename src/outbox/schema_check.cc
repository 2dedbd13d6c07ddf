#include "outbox/schema_check.h"

#include <map>
#include <string>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/flaws.h"
#include "outbox/schema.h"

namespace leadspool::outbox {
namespace {

// The tables that belong to the search index are SQLite's own: their text depends on its version.
constexpr const char* kRules =
    "SELECT type, name, iif(name GLOB 'lead_search_*', '', sql) FROM sqlite_master WHERE sql IS NOT NULL "
    "AND name NOT GLOB 'sqlite_*'";

// "trigger lead_stays_erased" and what defines it, without the white space.
using Rules = std::map<std::pair<std::string, std::string>, std::string>;

std::string without_white_space(const std::string& text) {
  std::string rest;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') rest += c;
  }
  return rest;
}

Rules read_rules(SQLite::Database& database) {
  SQLite::Statement row(database, kRules);
  Rules rules;
  while (row.executeStep()) {
    rules[{row.getColumn(0).getString(), row.getColumn(1).getString()}] =
        without_white_space(row.getColumn(2).getString());
  }
  return rules;
}

Rules rules_of_this_program() {
  SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  run_migrations(fresh, 0);
  return read_rules(fresh);
}

}  // namespace

void check_schema(Connection& connection, Flaws& flaws) {
  const auto wanted = rules_of_this_program();
  auto found = read_rules(connection.database());
  for (const auto& [name, text] : wanted) {
    flaws.looked_at(CheckName::schema);
    const std::string rule = name.first + " " + name.second;
    const auto there = found.find(name);
    if (there == found.end()) {
      flaws.add(CheckName::schema, rule + ": it is missing");
    } else if (there->second != text) {
      flaws.add(CheckName::schema, rule + ": it is not as this program makes it");
    }
  }
  // What else there is does no harm, unless it acts by itself.
  for (const auto& [name, text] : found) {
    if (name.first != "trigger" || wanted.contains(name)) continue;
    flaws.add(CheckName::schema, "trigger " + name.second + ": this program has none of that name");
  }
}

}  // namespace leadspool::outbox
