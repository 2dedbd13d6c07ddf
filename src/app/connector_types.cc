#include "app/connector_types.h"

#include "app/connector_config.h"

namespace leadspool::app {

std::span<const ConnectorType> connector_types() {
  static constexpr ConnectorType kTypes[] = {
      {"dynamics365", read_dynamics365},
      {"salesforce", read_salesforce},
      {"hubspot", read_hubspot},
      {"marketo", read_marketo},
      {"odoo", read_odoo},
      {"azure_table", read_azure_table},
      {"webhook", read_webhook},
      {"email", read_email},
  };
  return kTypes;
}

}  // namespace leadspool::app
