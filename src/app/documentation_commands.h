// leadspool completion and man: what a shell and a reader are told of the commands.
#pragma once

namespace leadspool::app {

class CommandLine;

// After all other commands: they tell of those that were declared.
void add_documentation_commands(CommandLine& line);

}  // namespace leadspool::app
