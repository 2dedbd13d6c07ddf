#include "connector/lengths_step.h"

#include <algorithm>

#include "connector/test_steps.h"

namespace leadspool::connector {

TestStep lengths_step(const CrmOptions& options, const LongestTexts& in_crm) {
  if (in_crm.empty()) return unknown_step("lengths", "the CRM does not tell how long its texts may be");
  std::string shorter;
  for (const auto& target : options.mapping.targets()) {
    const auto found = in_crm.find(target);
    if (found == in_crm.end()) continue;
    const auto ours = std::ranges::find(options.columns, target, &Column::target);
    const bool is_cut = ours != options.columns.end() && ours->longest != 0 && ours->longest <= found->second;
    if (is_cut) continue;
    shorter.append(shorter.empty() ? "" : ", ").append(target);
    shorter.append(" = ").append(std::to_string(found->second));
  }
  if (shorter.empty()) return passed_step("lengths", "every text fits, or is cut to what its column takes");
  return failed_step("lengths",
                     "longer texts would be rejected: set `limits` to { " + shorter + " }, and they are cut",
                     "limits");
}

}  // namespace leadspool::connector
