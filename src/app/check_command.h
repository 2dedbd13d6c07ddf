// leadspool check: what is wrong with an installation, and how to mend it.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_check_command(CommandLine& line);

}  // namespace leadspool::app
