// A destination as the worker sees it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "connector/connector.h"
#include "lead/transition.h"

namespace leadspool::delivery {

struct Destination {
  std::string name;
  std::unique_ptr<connector::Connector> connector;
  RetryPolicy retry;
  // At least half of these are kept for leads that were not tried yet, so that repeats never hold them up.
  int max_in_flight = 16;
  std::optional<double> rate_per_second;  // attempts begun; absent: without limit
  // Longer than everything one attempt may take; it is extended while the attempt runs all the same.
  Milliseconds lease{120'000};
};

}  // namespace leadspool::delivery
