// `leadspool redrives`, and `leadspool leads redrive`, which orders them.
#pragma once

namespace CLI {
class App;
}

namespace leadspool::app {

class CommandLine;

void add_leads_redrive(CommandLine& line, CLI::App& leads);
void add_redrives_commands(CommandLine& line);

}  // namespace leadspool::app
