#include "base/wake_signal.h"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace leadspool {

WakeSignal::WakeSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeSignal::~WakeSignal() { close(fd_); }

void WakeSignal::notify() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the waiter is awake already.
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

void WakeSignal::drain() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = read(fd_, &count, sizeof count);
}

void WakeSignal::wait() noexcept {
  pollfd watched{fd_, POLLIN, 0};
  while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
  }
  drain();
}

}  // namespace leadspool
