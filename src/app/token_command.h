// leadspool token: a new token for the admin API.
#pragma once

namespace leadspool::app {

class CommandLine;

void add_token_command(CommandLine& line);

}  // namespace leadspool::app
