// What a lane knows of its destination and the store remembers: how well it is, and a person's pause.
//
// It is read before anything else is done, and again when a person paused or resumed the destination; a
// person's order overrules what the lane has learned. What the lane learns is written whenever it changes,
// one write at a time, while deliveries go on.
//
// Thread-safety: none; the worker's thread owns it. What it awaits comes back through the inbox.
// Errors: a store that fails is tried again a second later.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/task.h"
#include "base/wake_signal.h"
#include "delivery/destination_health.h"
#include "delivery/inbox.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

class DestinationMemory {
 public:
  // All outlive the memory.
  DestinationMemory(std::string destination, outbox::Claims& claims, Inbox& inbox, const Clock& clock,
                    WakeSignal& wake);

  // Starts what is to be read and written. Mistakes of ours leave by exception.
  void advance(bool stopping);

  // A person has spoken: what is known may be wrong until it was read again.
  void read_again() { must_read_ = true; }

  // It was read at least once.
  [[nodiscard]] bool is_known() const { return known_; }

  // Nothing was said since it was read.
  [[nodiscard]] bool is_up_to_date() const { return known_ && !must_read_ && !reading_; }

  // True, once, after a person ended what kept the destination from working.
  [[nodiscard]] bool take_resumed() { return std::exchange(resumed_, false); }

  [[nodiscard]] DestinationHealth& health() { return health_; }
  [[nodiscard]] const DestinationHealth& health() const { return health_; }
  [[nodiscard]] const std::optional<Pause>& pause() const { return pause_; }

  // What an operator is shown, while so many are in flight; nullopt: it was not read yet.
  [[nodiscard]] std::optional<HealthView> view(int in_flight) const;

  // What was learned is stored, and nothing is on its way.
  [[nodiscard]] bool is_idle() const { return !reading_ && !writing_ && !must_write(); }

  // Forgets what is on its way; the store has it or not.
  void give_up();

 private:
  [[nodiscard]] bool must_write() const { return known_ && health_.record() != written_; }
  Task<void> read();
  Task<void> write();
  void adopt(const DestinationRecord& stored);

  const std::string destination_;
  outbox::Claims& claims_;
  Inbox& inbox_;
  const Clock& clock_;
  WakeSignal& wake_;

  DestinationHealth health_;
  std::optional<Pause> pause_;
  HealthRecord written_;  // as the store has it, as far as we know
  bool known_ = false;
  bool must_read_ = true;
  bool resumed_ = false;
  bool stopping_ = false;
  std::optional<Task<void>> reading_;
  std::optional<Task<void>> writing_;
};

}  // namespace leadspool::delivery
