#include "app/store_commands.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "outbox/store.h"

namespace leadspool::app {
namespace {

int migrate_store(const Config& config, bool json) {
  const outbox::StoreLock lock(config.store.path);
  const auto report = outbox::migrate(config.store.path);
  if (json) {
    print(nlohmann::ordered_json{{"from", report.from}, {"to", report.to}}.dump() + "\n");
  } else if (report.from == report.to) {
    print("The store is up to date: schema version " + std::to_string(report.to) + ".\n");
  } else {
    print("The store went from schema version " + std::to_string(report.from) + " to " +
          std::to_string(report.to) + ".\n");
  }
  return kDone;
}

}  // namespace

void add_store_commands(CommandLine& line) {
  auto& command = line.add(
      "migrate", "Creates the store, or brings it to the schema of this program; `serve` does so too.",
      "  leadspool migrate --config leadspool.toml");
  line.add_config_option(command);
  line.add_json_option(command);
  line.on_call(command, [&line] {
    return line.with_config(Secrets::leave,
                            [&](const Config& config) { return migrate_store(config, line.json()); });
  });
}

}  // namespace leadspool::app
