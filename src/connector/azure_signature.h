// How requests to Azure Table storage are authorised: by a shared access signature in the query, or signed
// with the account's key (SharedKeyLite).
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <variant>

#include "base/time.h"
#include "connector/azure_table.h"
#include "http/client.h"
#include "lead/attempt.h"

namespace leadspool::connector {

// With the account's name, which is the first label of the URL's host unless it is configured.
[[nodiscard]] AzureTableOptions with_account_name(AzureTableOptions options);

// The request with a signature; an outcome when the account's key cannot be one.
[[nodiscard]] std::variant<http::ClientRequest, AttemptOutcome> authorise(const AzureTableOptions& options,
                                                                          http::ClientRequest request,
                                                                          Time now);

// What authorise() would add, masked.
void mask_credential(const AzureTableOptions& options, http::ClientRequest& request);

// Masks the signature wherever the answer has repeated it: a proxy's error page shows the whole URL.
void hide_secrets(const AzureTableOptions& options, AttemptOutcome& outcome);

// What can be seen to be wrong with the shared access signature without asking anybody; empty: nothing.
[[nodiscard]] std::string fault_of_sas(const AzureTableOptions& options, Time now);

// False: a stored access policy says what the signature allows.
[[nodiscard]] bool allows_adding(const AzureTableOptions& options);

}  // namespace leadspool::connector
