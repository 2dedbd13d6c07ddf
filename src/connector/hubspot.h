// The `hubspot` connector: a contact, keyed by its e-mail address or by a unique property of your own that
// holds the lead's id.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

struct HubSpotOptions {
  CrmOptions crm;   // url: "https://api.hubapi.com"
  BearerAuth auth;  // a private app's token
  std::string id_property = "email";
  std::string path_prefix = "/crm/v3/objects/contacts";
};

[[nodiscard]] Mapping hubspot_mapping();
[[nodiscard]] std::vector<Column> hubspot_columns();

[[nodiscard]] AttemptOutcome classify_hubspot(const http::ClientResult& result, const LeadFields& lead,
                                              Time now);

class HubSpot final : public Connector {
 public:
  // `clock` outlives the connector.
  HubSpot(HubSpotOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  HubSpotOptions options_;
  Auth auth_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
