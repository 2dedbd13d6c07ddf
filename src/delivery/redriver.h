// Carries redrives out: takes each open one step further, as fast as its rate and the destinations allow.
//
// Thread-safety: none; the worker's thread owns it. What it awaits comes back through the inbox.
// Errors: a store that fails is tried again a second later.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "base/uuid.h"
#include "base/wake_signal.h"
#include "delivery/inbox.h"
#include "delivery/pace.h"
#include "outbox/redrives.h"

namespace leadspool::delivery {

class Redriver {
 public:
  // On their way at once, of one redrive: those that come after can still be cancelled or stopped.
  static constexpr int kMostWaiting = 500;
  // Made due by one step: a commit that others share does not take longer for it than some milliseconds.
  static constexpr int kMostAtOnce = 100;

  // All outlive the Redriver. `on_due` is called after a step made deliveries due.
  Redriver(outbox::Redrives& redrives, Inbox& inbox, const Clock& clock, WakeSignal& wake,
           std::function<void()> on_due);

  // A redrive was ordered. What is open is looked after until it ends, without being told.
  void look() { looking_ = true; }

  // Starts the next step when it is time for one. Claims of our own mistakes leave by exception.
  void advance(bool stopping);

  [[nodiscard]] bool is_idle() const { return !stepping_; }

  // When advance() is to be called again for the sake of time alone; nullopt: only when told.
  [[nodiscard]] std::optional<SteadyTime> next_look() const;

  // Forgets a step whose end is not known; the store has it or not.
  void give_up() { stepping_.reset(); }

 private:
  Task<void> step_all();
  Task<void> step_one(outbox::OpenRedrive redrive);
  void keep_paces(const std::vector<outbox::OpenRedrive>& open);
  void step_at(SteadyTime moment);

  outbox::Redrives& redrives_;
  Inbox& inbox_;
  const Clock& clock_;
  WakeSignal& wake_;
  const std::function<void()> on_due_;
  std::map<Uuid, Pace> paces_;  // of those that are open
  std::optional<Task<void>> stepping_;
  std::optional<SteadyTime> next_step_;
  bool looking_ = true;
};

}  // namespace leadspool::delivery
