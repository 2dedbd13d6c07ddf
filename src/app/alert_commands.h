// leadspool alert test: whether those who are to be told of trouble can be reached.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_alert_commands(CommandLine& line);

}  // namespace leadspool::app
