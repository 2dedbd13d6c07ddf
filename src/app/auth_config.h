// The key `auth` of a webhook: how its requests are authorised.
#pragma once

#include "app/config_secret.h"
#include "app/config_section.h"
#include "app/crm_config.h"
#include "connector/auth.h"

namespace leadspool::app {

// { type = "bearer", token = { env = "CRM_TOKEN" } } and the others; without the key NoAuth. `rules` are for
// fetching a token. What is wrong goes to the section's findings.
[[nodiscard]] connector::AuthOptions read_auth(ConfigSection& section, const ReadingContext& context,
                                               const RequestRules& rules);

}  // namespace leadspool::app
