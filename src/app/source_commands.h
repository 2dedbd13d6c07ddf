// leadspool sources: where leads come from.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_source_commands(CommandLine& line);

}  // namespace leadspool::app
