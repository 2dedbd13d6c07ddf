// Whether the texts of a mapping fit into the CRM's columns.
//
// Thread-safety: pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>

#include "connector/connector.h"
#include "connector/crm_options.h"

namespace leadspool::connector {

// How many characters each of the CRM's text columns takes.
using LongestTexts = std::map<std::string, std::size_t, std::less<>>;

// "lengths": failed where a column takes less than what we would send it, for then a long text is rejected
// instead of cut.
[[nodiscard]] TestStep lengths_step(const CrmOptions& options, const LongestTexts& in_crm);

}  // namespace leadspool::connector
