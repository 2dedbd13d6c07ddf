// The `dynamics365` connector: a row of a Dataverse table, by default a Lead of Dynamics 365 Sales.
//
// The lead's id is the row's id, and the row is only ever created: PATCH {entity}({id}) with `If-None-Match:
// *`, so a lead that came through before is answered with 412 and nobody's edits are overwritten. Sources:
// Microsoft, "Perform conditional operations using the Web API" and "Compose HTTP requests and handle
// errors"; the columns' lengths from the Lead entity's reference.
//
//   204 201 of the Web API itself             delivered
//   412 of the Web API itself                 delivered: it was there already (but see below)
//   429, a service protection limit           unavailable, for the whole destination
//   code 0x80040333 with any status           rejected: a duplicate detection rule has struck
//   no such property or entity                misconfigured, of every lead
//   a value that the column does not take     misconfigured, unless it is one lead's own
//   401 403 404                               misconfigured
//   other 4xx in the Web API's own words      rejected
//
// 412 with the code of a duplicate detection rule or of an alternate key is of another row: rejected.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

struct Dynamics365Options {
  CrmOptions crm;   // url: "https://contoso.crm4.dynamics.com"
  OAuth2Auth auth;  // scope: "<url>/.default"
  std::string api_version = "v9.2";
  std::string entity = "leads";  // the entity set's name, as in the Web API's URLs
};

// "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token"
[[nodiscard]] std::string dynamics365_token_url(std::string_view tenant_id);

[[nodiscard]] Mapping dynamics365_mapping();
[[nodiscard]] std::vector<Column> dynamics365_columns();

[[nodiscard]] AttemptOutcome classify_dynamics365(const http::ClientResult& result, const LeadFields& lead,
                                                  Time now);

class Dynamics365 final : public Connector {
 public:
  // `clock` outlives the connector.
  Dynamics365(Dynamics365Options options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  Dynamics365Options options_;
  Auth auth_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
