// leadspool leads release and discard: of one lead, or of all that the filters let pass.
#pragma once

namespace CLI {
class App;
}

namespace leadspool::app {

class CommandLine;

// Adds them to `leads`.
void add_lead_corrections(CommandLine& line, CLI::App& leads);

}  // namespace leadspool::app
