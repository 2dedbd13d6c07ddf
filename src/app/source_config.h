// Reading one [[source]] of the configuration.
#pragma once

#include "app/config_secret.h"
#include "app/config_section.h"
#include "receiver/source.h"

namespace leadspool::app {

// Every mistake goes to the section's findings.
[[nodiscard]] receiver::Source read_source(ConfigSection& section, const ReadingContext& context);

}  // namespace leadspool::app
