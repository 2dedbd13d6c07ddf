// leadspool key: a new key for a source.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_key_command(CommandLine& line);

}  // namespace leadspool::app
