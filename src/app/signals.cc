#include "app/signals.h"

#include <cerrno>

#include "base/check.h"

namespace leadspool::app {

Signals::Signals(std::initializer_list<int> signals) {
  sigemptyset(&signals_);
  for (const int signal : signals) sigaddset(&signals_, signal);
  CHECK(pthread_sigmask(SIG_BLOCK, &signals_, nullptr) == 0);
}

std::optional<int> Signals::wait(std::chrono::milliseconds longest) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(longest);
  const timespec span{seconds.count(), std::chrono::nanoseconds(longest - seconds).count()};
  const int signal = sigtimedwait(&signals_, nullptr, &span);
  // Interrupted by a debugger counts as nothing having come.
  CHECK(signal > 0 || errno == EAGAIN || errno == EINTR);
  return signal > 0 ? std::optional{signal} : std::nullopt;
}

int Signals::wait() const {
  for (;;) {
    if (const auto signal = wait(std::chrono::hours{1})) return *signal;
  }
}

}  // namespace leadspool::app
