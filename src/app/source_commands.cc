#include "app/source_commands.h"

#include <CLI/CLI.hpp>

#include "app/command_line.h"
#include "app/source_page.h"
#include "app/terminal.h"

namespace leadspool::app {

void add_source_commands(CommandLine& line) {
  auto& sources = line.add("sources", "Where leads come from.", "  leadspool sources list");
  sources.require_subcommand(1);
  auto& list = line.add("list", "Lists sources: where their leads are posted, and when the last one came.",
                        "  leadspool sources list", &sources);
  line.add_config_option(list);
  line.add_json_option(list);
  line.on_call(list, [&line] {
    return line.call({.method = "GET", .path = {"sources"}, .query = {}, .body = {}},
                     [](const std::string& json) { print(sources_text(json, output_width())); });
  });
}

}  // namespace leadspool::app
