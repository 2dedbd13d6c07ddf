// leadspool send: posts sample leads, as the marketplace would.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_send_command(CommandLine& line);

}  // namespace leadspool::app
