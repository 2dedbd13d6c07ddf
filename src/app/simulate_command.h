// leadspool simulate-crm: a CRM to try against, with faults on demand.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_simulate_command(CommandLine& line);

}  // namespace leadspool::app
