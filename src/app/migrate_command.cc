#include "app/migrate_command.h"

#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/text_table.h"
#include "outbox/store.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string migrated_text(const outbox::MigrationReport& report) {
  const auto to = std::to_string(report.to);
  if (report.from == report.to) return "The store is up to date: schema version " + to + ".\n";
  if (report.from == 0) return "The store was made: schema version " + to + ".\n";
  auto text = "The store went from schema version " + std::to_string(report.from) + " to " + to + ".\n";
  if (!report.copy.empty()) {
    text += "As it was before: " + printable(report.copy) +
            "\nIt holds personal data; remove it once you will not go back to the older program.\n";
  }
  return text;
}

std::string trial_text(const outbox::MigrationTrial& trial) {
  if (trial.migrations.empty()) return migrated_text({trial.from, trial.to, {}});
  std::string names;
  for (const auto& name : trial.migrations) names += (names.empty() ? "" : ", ") + name;
  if (trial.from == 0) return "There is no store yet; it would be made by " + names + ".\n";
  return "The store would go from schema version " + std::to_string(trial.from) + " to " +
         std::to_string(trial.to) + ".\n" + page_line("Migrations", names) +
         page_line("Store", size_text(trial.bytes)) +
         page_line("Needs", size_text(trial.bytes_needed) + " of its disk meanwhile, " +
                                size_text(trial.free_bytes) + " are free") +
         page_line("Tried", "on a copy, which took " + std::to_string(trial.took.count()) + " ms") +
         "The store was not changed.\n";
}

Json to_json(const outbox::MigrationReport& report) {
  return {{"from", report.from},
          {"to", report.to},
          {"copy", report.copy.empty() ? Json(nullptr) : Json(report.copy)}};
}

Json to_json(const outbox::MigrationTrial& trial) {
  return {{"from", trial.from},
          {"to", trial.to},
          {"migrations", trial.migrations},
          {"bytes", trial.bytes},
          {"free_bytes", trial.free_bytes},
          {"bytes_needed", trial.bytes_needed},
          {"took_ms", trial.took.count()}};
}

// A service holds the lock all the time, and has brought its store up to date: there is nothing to do then.
bool is_up_to_date(const std::string& store) {
  return std::filesystem::exists(store) && outbox::stored_schema_version(store) == outbox::schema_version();
}

outbox::MigrationReport migrate(const std::string& store) {
  try {
    const outbox::StoreLock lock(store);
    return outbox::migrate(store);
  } catch (const outbox::StoreLocked&) {
    if (!is_up_to_date(store)) throw;
    return {outbox::schema_version(), outbox::schema_version(), {}};
  }
}

// Without a store not even a lock is made.
outbox::MigrationTrial try_migration(const std::string& store) {
  if (!std::filesystem::exists(store) || is_up_to_date(store)) return outbox::try_migration(store);
  const outbox::StoreLock lock(store);
  return outbox::try_migration(store);
}

}  // namespace

void add_migrate_command(CommandLine& line) {
  const auto dry_run = std::make_shared<bool>(false);
  auto& command = line.add("migrate",
                           "Creates the store, or brings it to the schema of this program; `serve` does so "
                           "too. An older store is copied before, so that the older program can go on with "
                           "that.",
                           "  leadspool migrate --config leadspool.toml\n"
                           "  leadspool migrate --dry-run");
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_flag("--dry-run", *dry_run, "Tries it on a copy, and tells how that went");
  line.on_call(command, [&line, dry_run] {
    return line.with_config(Secrets::leave, [&](const Config& config) {
      if (*dry_run) {
        const auto trial = try_migration(config.store.path);
        print(line.json() ? to_json(trial).dump() + "\n" : trial_text(trial));
      } else {
        const auto report = migrate(config.store.path);
        print(line.json() ? to_json(report).dump() + "\n" : migrated_text(report));
      }
      return kDone;
    });
  });
}

}  // namespace leadspool::app
