// Which part of a new configuration a running service can take on.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <vector>

#include "app/config.h"

namespace leadspool::app {

struct ConfigChange {
  Config in_force;                          // the new one, but for what has to stay until a restart
  std::vector<std::string> restart_needed;  // the keys of that
};

// `now` is what is in force. The store, the listeners' addresses and whether they speak
// TLS, and the log's format stay.
[[nodiscard]] ConfigChange take_on(const Config& now, Config next);

}  // namespace leadspool::app
