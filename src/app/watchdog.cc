#include "app/watchdog.h"

#include "app/service_manager.h"
#include "base/log.h"

namespace leadspool::app {

Watchdog::Watchdog(const Service& service) : service_(service), time_(take_watchdog_time()) {}

std::chrono::milliseconds Watchdog::look_every() const {
  return time_ ? *time_ / 4 : std::chrono::milliseconds(std::chrono::hours{1});
}

void Watchdog::look() {
  if (!time_) return;
  const auto why = service_.stuck(*time_ / 2);
  if (!why) {
    tell_alive();
    if (silent_) log_info("moves_on", {{"consequence", "the service manager leaves the service alone"}});
  } else if (!silent_) {
    log_error("stuck",
              {{"why", *why},
               {"consequence", "the service manager will start the service anew unless it moves on"}});
  }
  silent_ = why.has_value();
}

}  // namespace leadspool::app
