// The `azure_table` connector: an entity in Azure Table storage, with the columns that Microsoft's own
// connector writes, under the day and the id of the lead. Source: Microsoft, "Table service error codes".
//
//   201 204 of the storage itself             delivered
//   409 EntityAlreadyExists                   delivered
//   a signature, a table, a column's name     misconfigured, of every lead
//   a value or row that is too large          rejected
//   ServerBusy, OperationTimedOut             unavailable
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/live_secret.h"
#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

struct AzureTableOptions {
  CrmOptions crm;  // url: "https://contoso.table.core.windows.net"
  std::string table;
  // One of the two: the query of a shared access signature, or the account's key (SharedKeyLite).
  LiveSecret sas;
  LiveSecret account_key;
  std::string account_name;  // for the account key: the first label of the URL's host, unless configured
};

[[nodiscard]] Mapping azure_table_mapping();
[[nodiscard]] std::vector<Column> azure_table_columns();

// "TableNotFound"; empty: the answer names none.
[[nodiscard]] std::string azure_error_code(const http::ClientAnswer& answer);

[[nodiscard]] AttemptOutcome classify_azure_table(const http::ClientResult& result, const LeadFields& lead,
                                                  Time now);

class AzureTable final : public Connector {
 public:
  // `clock` outlives the connector.
  AzureTable(AzureTableOptions options, const Clock& clock);

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override;
  [[nodiscard]] RequestPreview preview(const LeadWithPayload& lead) const override;
  [[nodiscard]] Task<std::vector<TestStep>> test(http::Client& client) override;

 private:
  AzureTableOptions options_;
  const Clock& clock_;
};

}  // namespace leadspool::connector
