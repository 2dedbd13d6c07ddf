// leadspool leads export: all matching leads as a file for other programs, or one person's data.
#pragma once

namespace CLI {
class App;
}

namespace leadspool::app {

class CommandLine;

// Adds it to `leads`.
void add_leads_export(CommandLine& line, CLI::App& leads);

}  // namespace leadspool::app
