// leadspool leads: looks at stored leads, corrects them and their deliveries.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_leads_commands(CommandLine& line);

}  // namespace leadspool::app
