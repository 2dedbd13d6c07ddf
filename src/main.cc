// leadspool: see app/cli.h for the commands.
#include "app/cli.h"

int main(int argc, char** argv) { return leadspool::app::run_cli(argc, argv); }
