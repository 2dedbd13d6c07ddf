// `leadspool reload`.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_reload_command(CommandLine& line);

}  // namespace leadspool::app
