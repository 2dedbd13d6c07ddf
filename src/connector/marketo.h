// The `marketo` connector: a lead created or updated by its lookup field. One is to be in flight at a time,
// since concurrent upserts of one key make duplicates. Every answer is HTTP 200: the codes in it count.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "connector/auth.h"
#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

struct MarketoOptions {
  CrmOptions crm;   // url: "https://123-ABC-456.mktorest.com"
  OAuth2Auth auth;  // style query, token_url "<url>/identity/oauth/token"
  std::string lookup_field = "email";
};

[[nodiscard]] Mapping marketo_mapping();
[[nodiscard]] std::vector<Column> marketo_columns();

[[nodiscard]] AttemptOutcome classify_marketo(const http::ClientResult& result, const LeadFields& lead,
                                              Time now);

class Marketo final : public Connector {
 public:
  // `clock` outlives the connector.
  Marketo(MarketoOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  MarketoOptions options_;
  Auth auth_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
