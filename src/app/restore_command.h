// leadspool restore: puts a copy in the place of the store.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_restore_command(CommandLine& line);

}  // namespace leadspool::app
