// The destinations of a simulated run: how each is configured at a time.
//
// Thread-safety: values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "delivery/destination.h"
#include "lead/transition.h"
#include "simulation/dice.h"
#include "simulation/simulated_crm.h"

namespace leadspool::simulation {

struct Settings {
  std::string name;
  Keys keys = Keys::remembered;
  int max_in_flight = 16;
  std::optional<double> rate_per_second;
  Milliseconds lease{120'000};
  Milliseconds patience{30'000};  // the total time-out of a request
  RetryPolicy retry;
};

// Two or three, each taking keys its own way.
[[nodiscard]] std::vector<Settings> draw_settings(Dice& dice);

// The same destination with other limits.
[[nodiscard]] Settings draw_limits(Settings settings, Dice& dice);

// As the worker wants them. `clock` outlives them.
[[nodiscard]] std::vector<delivery::Destination> make_destinations(const std::vector<Settings>& all,
                                                                   const Clock& clock);

}  // namespace leadspool::simulation
