// Reading one [[source]] of the configuration.
#pragma once

#include "app/config.h"
#include "app/config_secret.h"

namespace leadspool::app {

// Every mistake goes to the section's findings.
[[nodiscard]] SourceConfig read_source(ConfigSection& section, const ReadingContext& context);

}  // namespace leadspool::app
