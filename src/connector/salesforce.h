// The `salesforce` connector: an upsert by an External ID field that holds the lead's id. Sources:
// Salesforce, "Insert or Update (Upsert) a Record Using an External ID", "Status Codes and Error Responses",
// "Duplicate Rule Header".
//
//   201 200 with an id, 204                   delivered
//   CANNOT_UPDATE_CONVERTED_LEAD              delivered: a person has worked on it since
//   300                                       rejected: several records have this lead's id
//   403 REQUEST_LIMIT_EXCEEDED                unavailable for a quarter of an hour
//   UNABLE_TO_LOCK_ROW, 5xx                   unavailable
//   no such field, object or External ID      misconfigured, of every lead
//   401 403                                   misconfigured
//   other 4xx with an errorCode               rejected
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

struct SalesforceOptions {
  CrmOptions crm;                 // url: My Domain, "https://contoso.my.salesforce.com"
  OAuth2Auth auth;                // style basic, token_url "<url>/services/oauth2/token"
  std::string external_id_field;  // "LeadspoolId__c"
  std::string object = "Lead";
  std::string api_version = "v61.0";
};

[[nodiscard]] Mapping salesforce_mapping();
[[nodiscard]] std::vector<Column> salesforce_columns();

[[nodiscard]] AttemptOutcome classify_salesforce(const http::ClientResult& result, const LeadFields& lead,
                                                 Time now);

class Salesforce final : public Connector {
 public:
  // `clock` outlives the connector.
  Salesforce(SalesforceOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  SalesforceOptions options_;
  Auth auth_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
