// The `marketo` connector: a lead created or updated by its lookup field. One is to be in flight at a time,
// since concurrent upserts of one key make duplicates. Every answer is HTTP 200: the codes in it count.
// Source: Adobe, "Marketo Engage REST API: Error codes".
//
//   status created, updated                   delivered
//   500 502 604 606 607 608 611 614 615 ...   unavailable
//   600 .. 603, 605, 610, 612, 1006, 1011     misconfigured, of every lead
//   1008 1009, and what else has three digits misconfigured, unless it is one lead's own
//   701 704, and what else has four digits    rejected
//
// A lead that was not answered in time is sent again only when Marketo must have ended.
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
