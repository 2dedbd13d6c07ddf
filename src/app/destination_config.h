// The [[destination]] tables of the configuration.
#pragma once

#include "app/config.h"
#include "app/config_secret.h"

namespace leadspool::app {

// Reads one; what is wrong goes to the section's findings, and then the result is not to be used.
[[nodiscard]] DestinationConfig read_destination(ConfigSection& section, const ReadingContext& context);

}  // namespace leadspool::app
