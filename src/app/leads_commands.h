// leadspool leads: looks at stored leads and corrects their deliveries.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_leads_commands(CommandLine& line);

}  // namespace leadspool::app
