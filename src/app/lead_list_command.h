// leadspool leads list: which leads there are.
#pragma once

namespace CLI {
class App;
}

namespace leadspool::app {

class CommandLine;

// Adds it to `leads`.
void add_leads_list(CommandLine& line, CLI::App& leads);

}  // namespace leadspool::app
