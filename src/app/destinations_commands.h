// `leadspool destinations`.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_destinations_commands(CommandLine& line);

}  // namespace leadspool::app
