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

namespace {

// Where there is no host, or none that answers. A token's address is named by its outcome.
TestStep unreached_step(const AttemptOutcome& outcome) {
  const std::string named = setting_named_in(outcome.detail);
  const std::string setting = named.empty() ? "url" : named;
  return failed_step("address",
                     outcome.detail + "; the host could not be reached: are host and port of `" + setting +
                         "` right, and does a firewall let us out?",
                     setting);
}

}  // namespace

std::string setting_named_in(std::string_view message) {
  const auto open = message.find('`');
  if (open == std::string_view::npos) return {};
  const auto name = message.substr(open + 1);
  const auto close = name.find('`');
  return close != std::string_view::npos ? std::string(name.substr(0, close)) : std::string{};
}

TestStep hindered_step(std::string what, const AttemptOutcome& outcome, std::string_view setting) {
  const bool is_answered = outcome.http_status != 0;
  if (!is_answered && outcome.outcome == Outcome::unavailable) return unreached_step(outcome);
  if (outcome.outcome != Outcome::misconfigured) return unknown_step(std::move(what), outcome.detail);
  if (outcome.concerns_every_lead) return failed_step(std::move(what), outcome.detail, setting);
  if (!is_answered) {
    const std::string named = setting_named_in(outcome.detail);
    return named.empty() ? failed_step("address", outcome.detail + "; look at `url`", "url")
                         : failed_step("address", outcome.detail, named);
  }
  const bool is_of_another = setting_named_in(outcome.detail) == "url";
  return is_of_another ? failed_step("address", outcome.detail, "url")
                       : failed_step(std::move(what), outcome.detail, setting);
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
  detail.append(where).append(", or take it out of `mapping` or `constants`");
  return failed_step("columns", std::move(detail), "mapping");
}

}  // namespace leadspool::connector
