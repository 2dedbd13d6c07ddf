// leadspool init: a configuration to begin with, its keys and a self-signed certificate.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_init_command(CommandLine& line);

}  // namespace leadspool::app
