#include "lead/delivery.h"

namespace leadspool {

std::string_view to_string(State state) {
  switch (state) {
    case State::pending:
      return "pending";
    case State::claimed:
      return "claimed";
    case State::delivered:
      return "delivered";
    case State::dead:
      return "dead";
    case State::held:
      return "held";
    case State::discarded:
      return "discarded";
  }
  return "";
}

std::optional<State> parse_state(std::string_view text) {
  for (const State state : kStates) {
    if (to_string(state) == text) return state;
  }
  return std::nullopt;
}

}  // namespace leadspool
