#include "app/verify_command.h"

#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/terminal.h"
#include "app/text_table.h"
#include "outbox/verification.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

Json checks_json(const outbox::Verification& verification) {
  auto checks = Json::array();
  for (const auto& check : verification.checks) {
    checks.push_back(
        {{"name", check.name}, {"what", check.what}, {"looked_at", check.looked_at}, {"flaws", check.flaws}});
  }
  return checks;
}

// A damaged file may hold what is no text.
std::string to_json(const outbox::Verification& verification) {
  auto flaws = Json::array();
  for (const auto& flaw : verification.flaws) flaws.push_back({{"check", flaw.check}, {"what", flaw.what}});
  const auto& newest = verification.newest_received_at;
  const Json json{{"path", verification.path},
                  {"good", verification.is_good()},
                  {"schema_version", verification.schema_version},
                  {"bytes", verification.bytes},
                  {"leads", verification.leads},
                  {"last_number", verification.last_number},
                  {"newest_received_at", newest ? Json(to_rfc3339(*newest)) : Json(nullptr)},
                  {"checks", checks_json(verification)},
                  {"flaws", std::move(flaws)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string checks_text(const outbox::Verification& verification) {
  TextTable table({"", "check", {"what", Fit::shorten}, "looked at", "flaws"});
  for (const auto& check : verification.checks) {
    table.add({check.flaws == 0 ? "ok" : "FLAW", check.name, check.what, std::to_string(check.looked_at),
               std::to_string(check.flaws)});
  }
  return table.to_string(output_width());
}

std::string flaws_text(const outbox::Verification& verification) {
  std::string text;
  for (const auto& flaw : verification.flaws) text += flaw.check + ": " + printable(flaw.what) + "\n";
  std::int64_t all = 0;
  for (const auto& check : verification.checks) all += check.flaws;
  const auto untold = all - static_cast<std::int64_t>(verification.flaws.size());
  return untold == 0 ? text : text + "... and " + std::to_string(untold) + " more\n";
}

std::string to_text(const outbox::Verification& verification) {
  const auto& newest = verification.newest_received_at;
  const std::string head = printable(verification.path) + ": " + std::to_string(verification.leads) +
                           (verification.leads == 1 ? " lead" : " leads") +
                           (newest ? ", the last one of " + to_the_second(to_rfc3339(*newest)) : "") + "; " +
                           size_text(verification.bytes) + ", schema version " +
                           std::to_string(verification.schema_version) + "\n\n" + checks_text(verification) +
                           "\n";
  if (verification.is_good()) return head + "All is as it must be.\n";
  return head + flaws_text(verification) +
         "\nIt must not be relied on. `leadspool restore` puts a good copy " + "in a store's place.\n";
}

int verify(const CommandLine& line, const std::string& path) {
  const auto verification = outbox::verify_store(path);
  print(line.json() ? to_json(verification) : to_text(verification));
  return verification.is_good() ? kDone : kFailed;
}

}  // namespace

void add_verify_command(CommandLine& line) {
  const auto file = std::make_shared<std::string>();
  auto& command = line.add("verify",
                           "Proves a store, also while it is in use, or a copy of one: that every lead is "
                           "the one of its receipt, that every state is possible and its history leads "
                           "there, and that nothing is missing. Exits with 1 where it finds a flaw.",
                           "  leadspool verify\n"
                           "  leadspool verify /mnt/vault/leads.db");
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("FILE", *file, "A copy; without it the store of the configuration is looked at");
  line.on_call(command, [&line, file] {
    if (!file->empty()) return verify(line, *file);
    return line.with_config(Secrets::leave,
                            [&](const Config& config) { return verify(line, config.store.path); });
  });
}

}  // namespace leadspool::app
