// The steps of a connector's test(), as they are told.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.h"
#include "lead/attempt.h"

namespace leadspool::connector {

[[nodiscard]] TestStep passed_step(std::string what, std::string detail);
[[nodiscard]] TestStep failed_step(std::string what, std::string detail, std::string_view setting);
[[nodiscard]] TestStep unknown_step(std::string what, std::string detail);

// The configuration's key that a message about a wrong setting names first, in backticks; empty when it names
// none.
[[nodiscard]] std::string setting_named_in(std::string_view message);

// What kept us from finding it out: failed where a setting is wrong, or no host is reached (then of the
// "address", as where the answer is not the CRM's); unknown where the CRM did not answer, or has trouble.
[[nodiscard]] TestStep hindered_step(std::string what, const AttemptOutcome& outcome,
                                     std::string_view setting);

// "columns": whether each column that the mapping fills is among the CRM's; of a dotted target its first part
// counts. `where` is where a column is made there: "Settings > Properties".
[[nodiscard]] TestStep columns_step(const Mapping& mapping, const std::vector<std::string>& in_crm,
                                    std::string_view where);

}  // namespace leadspool::connector
