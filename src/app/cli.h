// The command line: which commands there are, what they take, and their exit codes
// (0 done, 1 failed, 2 usage, 3 config).
#pragma once

namespace leadspool::app {

// The whole program. Returns the exit code; throws nothing.
int run_cli(int argc, char** argv);

}  // namespace leadspool::app
