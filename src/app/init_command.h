// leadspool init and key: a configuration to begin with, and keys for sources.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_init_commands(CommandLine& line);

}  // namespace leadspool::app
