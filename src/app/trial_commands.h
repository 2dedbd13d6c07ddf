// `leadspool destinations test` and `preview`.
#pragma once

namespace CLI {
class App;
}

namespace leadspool::app {

class CommandLine;

// Adds them to `destinations`.
void add_trial_commands(CommandLine& line, CLI::App& destinations);

}  // namespace leadspool::app
