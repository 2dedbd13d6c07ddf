// What the running service adds to what the outbox knows. The app fills it in; the CLI in process leaves
// most of it empty.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace leadspool::admin {

// A destination as the service sees it.
struct DestinationStatus {
  std::string name;
  std::string type;
  std::string health;  // "closed", "open", or "unknown" when no worker runs
  std::string reason;  // why not closed
  std::optional<Time> next_probe;
  int in_flight = 0;
};

// All functions are called from any thread; any of them may be empty.
struct ServiceView {
  std::function<std::vector<DestinationStatus>()> destinations;  // those of the configuration, in its order
  std::function<std::optional<std::string>()> store_trouble;     // why nothing can be stored, if so
  bool running = false;
};

}  // namespace leadspool::admin
