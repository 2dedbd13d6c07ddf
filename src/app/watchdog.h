// Tells the service manager that the service works, for as long as that is so: as soon as the committer or
// the worker has been inside one step for half of the watchdog's time, nothing more is told, and the manager
// ends the process when that time is over. What is on disk is what was acknowledged, so nothing is lost.
//
// Thread-safety: main's thread, which takes the watchdog's time from the environment.
#pragma once

#include <chrono>
#include <optional>

#include "app/service.h"

namespace leadspool::app {

class Watchdog {
 public:
  // The service outlives it.
  explicit Watchdog(const Service& service);

  // How often look() is to be called at least; an hour when nobody watches.
  [[nodiscard]] std::chrono::milliseconds look_every() const;

  void look();

 private:
  const Service& service_;
  const std::optional<std::chrono::milliseconds> time_;
  bool silent_ = false;
};

}  // namespace leadspool::app
