// A delivery: one lead on its way to one destination; it has the state machine (transition.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/uuid.h"

namespace leadspool {

enum class State { pending, claimed, delivered, dead, held, discarded };

inline constexpr State kStates[] = {State::pending, State::claimed, State::delivered,
                                    State::dead,    State::held,    State::discarded};

[[nodiscard]] std::string_view to_string(State state);
[[nodiscard]] std::optional<State> parse_state(std::string_view text);

// What decide() needs to know of a delivery.
struct Delivery {
  State state = State::pending;
  int attempt_count = 0;  // ever; the history, which no redrive shortens
  int tries = 0;          // since the last fresh budget: the place in the schedule
  int budget_spent = 0;   // those of `tries` that may have been the lead's own doing
};

}  // namespace leadspool
