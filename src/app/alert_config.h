// The [alert] section of the configuration.
#pragma once

#include "alert/alert_options.h"
#include "app/config_secret.h"

namespace leadspool::app {

// What the section says; the rest of the options is made by alert_options() (alert_facts.h). Every mistake
// goes to the section's findings.
[[nodiscard]] alert::AlertOptions read_alert(ConfigSection& section, const ReadingContext& context);

}  // namespace leadspool::app
