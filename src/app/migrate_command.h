// leadspool migrate: brings a store up to date, or tries whether that would go well.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_migrate_command(CommandLine& line);

}  // namespace leadspool::app
