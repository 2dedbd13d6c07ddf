// Wakes a thread that waits in poll(): the worker, when a lead was stored or a shutdown was asked for.
//
// Thread-safety: notify() may be called from any thread and from a signal handler. fd() and drain()
// belong to the waiting thread. Several notify() before one drain() count as one.
#pragma once

namespace leadspool {

class WakeSignal {
 public:
  // Throws std::system_error when the process has no descriptor left.
  WakeSignal();
  ~WakeSignal();
  WakeSignal(const WakeSignal&) = delete;
  WakeSignal& operator=(const WakeSignal&) = delete;

  void notify() noexcept;

  // Readable while a notification waits.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  // Takes the waiting notification away, if any.
  void drain() noexcept;

  // Waits until notified, without limit, and drains.
  void wait() noexcept;

 private:
  int fd_;
};

}  // namespace leadspool
