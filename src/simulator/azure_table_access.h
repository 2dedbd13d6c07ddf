// Whether a request to a table may be made: by a shared access signature or by SharedKeyLite, as Azure
// storage checks them.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"
#include "simulator/access_desk.h"

namespace leadspool::simulator {

// What the refusal is called and says.
struct AzureRefusal {
  int status;
  std::string_view code;
  std::string_view message;
};

// `needed` is the permission: 'a' to add, 'r' to read. Empty `table`: the account itself.
[[nodiscard]] std::optional<AzureRefusal> refuse_azure_access(const http::Request& request,
                                                              const AccessSettings& settings,
                                                              std::string_view table, char needed, Time now);

}  // namespace leadspool::simulator
