// leadspool status and dead: how things stand, and what needs a person.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_status_commands(CommandLine& line);

}  // namespace leadspool::app
