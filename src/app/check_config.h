// The configuration: its mistakes and warnings, and the files of its secrets.
//
// Thread-safety: as look_aside.h.
#pragma once

#include <vector>

#include "app/check_scope.h"
#include "app/config_section.h"
#include "app/finding.h"

namespace leadspool::app {

// Of a file that is refused.
void tell_mistakes(const std::vector<ConfigError>& mistakes, Findings& findings);

// Of secrets that could not be read here, while a service runs that may have them from its environment.
void tell_hidden_secrets(const std::vector<ConfigError>& mistakes, Findings& findings);

void check_config(const CheckScope& scope, Findings& findings);

}  // namespace leadspool::app
