// leadspool migrate: brings a store up to date.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_store_commands(CommandLine& line);

}  // namespace leadspool::app
