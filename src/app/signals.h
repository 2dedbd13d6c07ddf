// The signals that a running command waits for.
//
// Thread-safety: made by main's thread before others start, so that none of those is interrupted; waited for
// by main's thread.
#pragma once

#include <chrono>
#include <csignal>
#include <initializer_list>
#include <optional>

namespace leadspool::app {

class Signals {
 public:
  // From now on these do nothing by themselves, in this thread and in all that it starts.
  explicit Signals(std::initializer_list<int> signals);

  // The next one of them, also of those that came before; nullopt when none comes within `longest`.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds longest) const;
  [[nodiscard]] int wait() const;

 private:
  sigset_t signals_;
};

}  // namespace leadspool::app
