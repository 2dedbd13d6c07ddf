// A destination as the worker sees it.
#pragma once

#include <memory>
#include <string>

#include "connector/connector.h"
#include "lead/transition.h"

namespace leadspool::delivery {

struct Destination {
  std::string name;
  std::unique_ptr<connector::Connector> connector;
  RetryPolicy retry;
  int max_in_flight = 16;
  // Longer than everything one attempt may take: a lease that lapses under a living worker would let the lead
  // be sent twice at once.
  Milliseconds lease{120'000};
};

}  // namespace leadspool::delivery
