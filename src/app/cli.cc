#include "app/cli.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/alert_commands.h"
#include "app/backup_commands.h"
#include "app/check_command.h"
#include "app/command_line.h"
#include "app/command_tree.h"
#include "app/destinations_commands.h"
#include "app/documentation_commands.h"
#include "app/init_command.h"
#include "app/key_command.h"
#include "app/leads_commands.h"
#include "app/migrate_command.h"
#include "app/process_setup.h"
#include "app/redrives_commands.h"
#include "app/reload_command.h"
#include "app/restore_command.h"
#include "app/send_command.h"
#include "app/serve_command.h"
#include "app/simulate_command.h"
#include "app/source_commands.h"
#include "app/status_commands.h"
#include "app/text_table.h"
#include "app/token_command.h"
#include "app/unknown_word.h"
#include "app/verify_command.h"
#include "http/server.h"

namespace leadspool::app {
namespace {

void declare(CLI::App& app, CommandLine& line) {
  app.name("leadspool");
  app.require_subcommand(1);
  app.set_version_flag("--version", "leadspool " LEADSPOOL_VERSION);
  app.footer(
      "`leadspool COMMAND --help` tells more. Exit codes: 0 done, 1 failed, 2 usage, 3 configuration.");
  add_init_command(line);
  add_key_command(line);
  add_serve_command(line);
  add_check_command(line);
  add_reload_command(line);
  add_send_command(line);
  add_status_commands(line);
  add_leads_commands(line);
  add_redrives_commands(line);
  add_destinations_commands(line);
  add_source_commands(line);
  add_alert_commands(line);
  add_backup_commands(line);
  add_verify_command(line);
  add_restore_command(line);
  add_migrate_command(line);
  add_token_command(line);
  add_simulate_command(line);
  add_documentation_commands(line);
}

// What of argument `i` is not for the list of processes: a lead URL's key, what a field is set to.
char* private_part(char** argv, int i) {
  constexpr std::string_view kKey = "key=";
  constexpr std::string_view kSet = "--set";
  if (char* key = std::strstr(argv[i], kKey.data())) return key + kKey.size();
  if (argv[i - 1] == kSet) return argv[i];
  return std::string_view(argv[i]).starts_with("--set=") ? argv[i] + kSet.size() + 1 : nullptr;
}

// The arguments, last first, as CLI11 takes them. What is private is blanked in the process's own memory,
// which is where the list of processes reads it.
std::vector<std::string> take_arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    arguments.emplace_back(argv[i]);
    if (char* part = private_part(argv, i)) std::fill(part, argv[i] + std::strlen(argv[i]), '*');
  }
  return arguments;
}

// Help that was asked for, or why the line was refused: one sentence, and where to read on.
int explain(const CLI::App& app, const CLI::ParseError& error, const std::vector<std::string>& words) {
  if (error.get_exit_code() == 0) return app.exit(error);
  if (const auto unknown = find_unknown_word(describe(app), words)) {
    complain(*unknown);
  } else {
    const auto* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    std::string name = command->get_name();
    for (const auto* above = command->get_parent(); above != nullptr; above = above->get_parent()) {
      name.insert(0, above->get_name() + " ");
    }
    complain(printable(error.what()) + "; `" + name + " --help` tells more");
  }
  return kUsage;
}

int run_chosen(const CommandLine& line) {
  try {
    return line.run();
  } catch (const http::CertificateError& error) {
    complain(error.what());
    return kBadConfig;
  } catch (const std::exception& error) {
    complain(error.what());
    return kFailed;
  }
}

}  // namespace

int run_cli(int argc, char** argv) {
  make_process_safe();
  const auto arguments = take_arguments(argc, argv);
  CLI::App app("Takes sales leads from Microsoft's marketplace, keeps them, and delivers them to your CRM.");
  CommandLine line(app);
  declare(app, line);
  try {
    app.parse(std::vector(arguments));
  } catch (const CLI::ParseError& error) {
    return explain(app, error, {arguments.rbegin(), arguments.rend()});
  }
  return run_chosen(line);
}

}  // namespace leadspool::app
