// The readers of a type's keys. Each stands in a file of its own: dynamics365_config.cc and so on.
//
// What is wrong goes to the section's findings, and then the result is not to be used.
#pragma once

#include "app/connector_types.h"

namespace leadspool::app {

[[nodiscard]] ConnectorConfig read_dynamics365(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_salesforce(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_hubspot(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_marketo(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_odoo(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_azure_table(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_webhook(ConfigSection& section, const ReadingContext& context);
[[nodiscard]] ConnectorConfig read_email(ConfigSection& section, const ReadingContext& context);

}  // namespace leadspool::app
