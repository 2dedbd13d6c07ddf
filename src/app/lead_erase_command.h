// leadspool leads erase: removes the personal data of a lead, or of a person, for good.
#pragma once

namespace CLI {
class App;
}

namespace leadspool::app {

class CommandLine;

// Adds it to `leads`.
void add_leads_erase(CommandLine& line, CLI::App& leads);

}  // namespace leadspool::app
