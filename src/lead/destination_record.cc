#include "lead/destination_record.h"

namespace leadspool {

std::string_view to_string(Condition condition) {
  switch (condition) {
    case Condition::working:
      return "working";
    case Condition::down:
      return "down";
    case Condition::misconfigured:
      return "misconfigured";
  }
  return "";
}

std::optional<Condition> parse_condition(std::string_view text) {
  for (const auto condition : {Condition::working, Condition::down, Condition::misconfigured}) {
    if (to_string(condition) == text) return condition;
  }
  return std::nullopt;
}

}  // namespace leadspool
