#include "app/destinations_commands.h"

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/destination_page.h"
#include "app/terminal.h"
#include "app/trial_commands.h"

namespace leadspool::app {
namespace {

struct Change {
  std::string destination;
  std::string reason;
};

void add_list(CommandLine& line, CLI::App& destinations) {
  auto& command = line.add("list", "Lists destinations: how well each is, what waits there, what to do.",
                           "  leadspool destinations list", &destinations);
  line.add_config_option(command);
  line.add_json_option(command);
  line.on_call(command, [&line] {
    return line.call({.method = "GET", .path = {"destinations"}, .query = {}, .body = {}},
                     [](const std::string& json) { print(destinations_text(json, output_width())); });
  });
}

void add_change(CommandLine& line, CLI::App& destinations, const std::string& name,
                const std::string& sentence, const std::string& example_reason) {
  const auto change = std::make_shared<Change>();
  auto& command =
      line.add(name, sentence, "  leadspool destinations " + name + " crm --reason '" + example_reason + "'",
               &destinations);
  line.add_config_option(command);
  line.add_json_option(command);
  command.add_option("NAME", change->destination, "The destination")->required();
  command.add_option("--reason", change->reason, "Why, for those who look later")->type_name("TEXT");
  line.on_call(command, [&line, name, change] {
    return line.call({.method = "POST",
                      .path = {"destinations", change->destination, name},
                      .query = {},
                      .body = reason_body(change->reason)},
                     [](const std::string& json) { print(changed_destination_text(json)); });
  });
}

}  // namespace

void add_destinations_commands(CommandLine& line) {
  auto& destinations =
      line.add("destinations", "Looks at destinations, tries them out, pauses and resumes them.",
               "  leadspool destinations list\n  leadspool destinations test");
  destinations.require_subcommand(1);
  add_list(line, destinations);
  add_trial_commands(line, destinations);
  add_change(line, destinations, "pause",
             "Sends nothing to a destination until it is resumed; its leads are held back, none is lost.",
             "the CRM is moved tonight");
  add_change(line, destinations, "resume",
             "Goes on with a destination that was paused, is down or was misconfigured: all that waits there "
             "becomes due.",
             "the secret was mended");
}

}  // namespace leadspool::app
