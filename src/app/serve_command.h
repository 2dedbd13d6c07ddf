// leadspool serve: runs the service until SIGTERM or SIGINT.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_serve_command(CommandLine& line);

}  // namespace leadspool::app
