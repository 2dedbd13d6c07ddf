// What a simulated Dataverse tells about itself rather than about its leads:
//
//   WhoAmI
//   EntityDefinitions(LogicalName='lead')[/Attributes[/Microsoft.Dynamics.CRM.{type}AttributeMetadata]]
//   EntityDefinitions?$filter=EntitySetName eq 'leads'[&$expand=Attributes(...)]
//   systemusers({guid})/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='...')
//
// Thread-safety: pure.
#pragma once

#include "http/message.h"
#include "simulator/access_desk.h"

namespace leadspool::simulator {

// The router has filled in "target", and "part" and "cast" where the URL goes on. What is left out by $select
// is shown all the same.
[[nodiscard]] http::Response dataverse_metadata(const http::Request& request, const AccessSettings& settings);

}  // namespace leadspool::simulator
