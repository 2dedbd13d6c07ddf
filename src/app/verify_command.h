// leadspool verify: proves a store, or a copy of one.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_verify_command(CommandLine& line);

}  // namespace leadspool::app
