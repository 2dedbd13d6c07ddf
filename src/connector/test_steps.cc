#include "connector/test_steps.h"

#include <algorithm>
#include <utility>

namespace leadspool::connector {

TestStep passed_step(std::string what, std::string detail) {
  return {std::move(what), TestStep::Verdict::passed, std::move(detail), {}};
}

TestStep failed_step(std::string what, std::string detail, std::string_view setting) {
  return {std::move(what), TestStep::Verdict::failed, std::move(detail), std::string(setting)};
}

TestStep unknown_step(std::string what, std::string detail) {
  return {std::move(what), TestStep::Verdict::unknown, std::move(detail), {}};
}

TestStep hindered_step(std::string what, const AttemptOutcome& outcome, std::string_view setting) {
  if (outcome.outcome != Outcome::misconfigured) return unknown_step(std::move(what), outcome.detail);
  const bool is_address = outcome.http_status == 0 && !outcome.concerns_every_lead;
  if (!is_address) return failed_step(std::move(what), outcome.detail, setting);
  return failed_step("address",
                     outcome.detail +
                         "; look at `url`, and at `ca_file` if the CRM's certificate is of an "
                         "authority of your own",
                     "url");
}

TestStep columns_step(const Mapping& mapping, const std::vector<std::string>& in_crm,
                      std::string_view where) {
  const std::vector<std::string> targets = mapping.targets();
  std::string unknown;
  for (const std::string& target : targets) {
    const std::string column = target.substr(0, target.find('.'));
    if (std::ranges::find(in_crm, column) != in_crm.end()) continue;
    unknown.append(unknown.empty() ? "" : ", ").append(column);
  }
  if (unknown.empty()) {
    return passed_step("columns", "the CRM has all " + std::to_string(targets.size()) + " of the mapping");
  }
  std::string detail = "the CRM has no column " + unknown + ": make it under ";
  detail.append(where).append(", or take it out of `mapping`");
  return failed_step("columns", std::move(detail), "mapping");
}

}  // namespace leadspool::connector
