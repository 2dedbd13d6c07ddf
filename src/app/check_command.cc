#include "app/check_command.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/account.h"
#include "app/admin_call.h"
#include "app/check_backup.h"
#include "app/check_certificate.h"
#include "app/check_config.h"
#include "app/check_destinations.h"
#include "app/check_machine.h"
#include "app/check_ports.h"
#include "app/check_public_url.h"
#include "app/check_scope.h"
#include "app/check_status.h"
#include "app/check_store.h"
#include "app/check_store_folder.h"
#include "app/command_line.h"
#include "base/clock.h"
#include "outbox/store_files.h"

namespace leadspool::app {
namespace {

// In the order of what the rest depends on; what calls out comes last, as the children of those before it
// have to be made while there is one thread.
void check_all(const CheckScope& scope, Findings& findings) {
  check_config(scope, findings);
  check_limits(scope, findings);
  std::string status;
  if (check_store_folder(scope, findings)) {
    status = check_store(scope, findings);
    check_backup(scope, findings);
  }
  check_clock(scope, status, findings);
  check_certificate(scope, findings);
  check_ports(scope, findings);
  if (!status.empty()) check_status(scope, status, findings);
  check_public_url(scope, findings);
  check_destinations(scope, findings);
}

int tell(const CommandLine& line, const Findings& findings) {
  print(line.json() ? findings_json(findings) : findings_text(findings));
  return findings.has_failure() ? kFailed : kDone;
}

int check(const CommandLine& line, const Config& config, bool calls_out, Findings& findings) {
  const SystemClock clock;
  const Account we = this_account();
  const auto service = owner_of(outbox::folder_of(config.store.path));
  const auto life = service_life(config.store);
  check_all({.config = config,
             .clock = clock,
             .we = we,
             .service = service.value_or(we),
             .running = life == ServiceLife::answering,
             .silent = life == ServiceLife::silent,
             .calls_out = calls_out},
            findings);
  return tell(line, findings);
}

// A service that runs may have secrets, in its environment, that are not in ours: then their mistakes are for
// its own tests of the destinations to tell, and the rest is checked all the same.
std::optional<Config> config_without_secrets(const std::vector<ConfigError>& mistakes) {
  auto reading = read_config(mistakes.front().file, Secrets::leave);
  auto* config = std::get_if<Config>(&reading);
  if (config == nullptr || service_life(config->store) != ServiceLife::answering) return std::nullopt;
  return std::move(*config);
}

int check(const CommandLine& line, bool calls_out) {
  std::vector<ConfigError> mistakes;
  const auto keep = [&](const std::vector<ConfigError>& found) { mistakes = found; };
  const auto run = [&](const Config& config) {
    Findings findings;
    return check(line, config, calls_out, findings);
  };
  const int code = line.with_config(Secrets::read, run, keep);
  if (mistakes.empty()) return code;
  Findings findings;
  if (const auto config = config_without_secrets(mistakes)) {
    tell_hidden_secrets(mistakes, findings);
    return check(line, *config, calls_out, findings);
  }
  tell_mistakes(mistakes, findings);
  if (line.json()) {
    print(findings_json(findings));
  } else {
    // As every command does.
    for (const auto& each : mistakes) complain(to_string(each));
  }
  return kBadConfig;
}

}  // namespace

void add_check_command(CommandLine& line) {
  auto& command = line.add("check",
                           "Looks for what is wrong with this installation, and tells how to mend it: "
                           "configuration, certificate, clock, "
                           "disk, store, backups, addresses, public URL and destinations. Exits with 1 when "
                           "something must be mended, with 3 "
                           "when the configuration is refused.",
                           "  leadspool check --config /etc/leadspool/leadspool.toml\n"
                           "  sudo leadspool check --json | jq '.findings[] | select(.level == \"fail\")'\n"
                           "  leadspool check --offline");
  line.add_config_option(command);
  line.add_json_option(command);
  const auto offline = std::make_shared<bool>(false);
  command.add_flag("--offline", *offline,
                   "Leave out what calls elsewhere: the public URL, the destinations' tests");
  line.on_call(command, [&line, offline] { return check(line, !*offline); });
}

}  // namespace leadspool::app
