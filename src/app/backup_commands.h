// leadspool backup, backups list, backups make: copies of the store.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_backup_commands(CommandLine& line);

}  // namespace leadspool::app
