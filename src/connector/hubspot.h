// The `hubspot` connector: a contact, keyed by its e-mail address or by a unique property of your own that
// holds the lead's id. Sources: HubSpot, "Error handling", "API usage guidelines" and the specification of
// CRM Contacts.
//
//   200 201 with an id                        delivered
//   409, 207 with "Existing ID: 512"          that contact is updated
//   429 by policyName, 423, 477               unavailable
//   no such property or object, 401, a scope  misconfigured, of every lead
//   other 400, other 409, 207 with an error   rejected
//
// A lead without an e-mail address has no key, unless there is a property for it: then an answer that is
// lost, or may hide a contact (500, 502, 504), is not repeated.
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
