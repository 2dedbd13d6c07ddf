// The `odoo` connector: a crm.lead by the JSON-2 API of Odoo 19 and later, found by a marker that holds the
// lead's id before it is created. One is to be in flight at a time. Source: Odoo, "External JSON-2 API".
//
//   200 with the lead's id                    delivered, whether it was found or made
//   no such field, 401, AccessError, 404      misconfigured, of every lead
//   ValidationError, UserError, ValueError    rejected
//   of psycopg2, no connection or a conflict  unavailable
//   other 500, 502, 504                       unavailable, and counted
//
// A lead that was not answered in time is looked for only when Odoo must have ended with it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

struct OdooOptions {
  CrmOptions crm;        // url: "https://contoso.odoo.com"
  BearerAuth auth;       // an API key
  std::string database;  // header X-Odoo-Database; empty: the host has but one
  std::string marker_field = "referred";
};

[[nodiscard]] Mapping odoo_mapping();
[[nodiscard]] std::vector<Column> odoo_columns();

[[nodiscard]] AttemptOutcome classify_odoo(const http::ClientResult& result, const LeadFields& lead,
                                           Time now);

class Odoo final : public Connector {
 public:
  // `clock` outlives the connector.
  Odoo(OdooOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  OdooOptions options_;
  Auth auth_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
