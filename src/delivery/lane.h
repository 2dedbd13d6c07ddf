// A lane: one destination's part of the worker. It claims what is due, runs each claim as a coroutine (try,
// decide, store) and heeds the destination's health. Lanes know nothing of each other, so one that hangs
// never delays another.
//
// Thread-safety: none; the worker's thread owns it.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/task.h"
#include "base/wake_signal.h"
#include "delivery/destination.h"
#include "delivery/destination_health.h"
#include "delivery/inbox.h"
#include "http/client.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

// What all lanes of a worker share. Outlives them.
struct Surroundings {
  outbox::Claims& claims;
  http::Client& client;
  const Clock& clock;
  Random& random;
  Inbox& inbox;
  WakeSignal& wake;
};

class Lane {
 public:
  Lane(Destination destination, Surroundings around);

  // Works by these settings from the next claim on, and looks at once; what is in flight ends as it began.
  // `destination` bears the lane's name. A lane that was retired is in service again.
  void take_on(Destination destination);

  // Claims nothing more, and leaves alone what is not in flight: the destination is gone.
  void retire() { retired_ = true; }

  [[nodiscard]] bool is_retired() const { return retired_; }

  // Something new may be due.
  void look() { next_due_ = Time::min(); }

  // Clears away what has ended and, unless `stopping` or retired, claims what is due as far as there is room.
  // Throws what an attempt threw by our own mistake; its claim is found when the lease lapses.
  void advance(bool stopping);

  // Nothing is being claimed, tried or stored.
  [[nodiscard]] bool is_idle() const { return running_.empty() && !filling_; }

  // When advance() is to be called again for the sake of time alone; nullopt: only when told.
  [[nodiscard]] std::optional<Time> next_look() const;

  // The wall clock was set: no moment that was reckoned with it can be relied on.
  void clock_was_set();

  // Adds the deliveries that the lane is trying, or whose outcome it is storing.
  void add_in_hand(std::vector<std::int64_t>& deliveries) const;

  // Gives back, untried, what is still being tried, and forgets the rest: an outcome that could not be stored
  // stays claimed and is found as interrupted at the next start. The client must have forgotten its requests.
  void give_up();

  [[nodiscard]] const std::string& name() const { return destination_->name; }
  [[nodiscard]] HealthView health() const { return health_.view(trying()); }

 private:
  // Shared with what is in flight, which ends by the settings it began with.
  using Settings = std::shared_ptr<const Destination>;

  // One delivery between its claim and its stored outcome.
  struct Running {
    Settings destination;
    outbox::Claim claim;
    bool trying = true;  // the CRM is being called; false: the outcome is being stored
    std::optional<Task<void>> task;
  };

  [[nodiscard]] int trying() const;
  [[nodiscard]] int room() const;
  void reap();
  Task<void> fill(int room);
  Task<void> deliver(Running& running);
  Task<void> store(const outbox::Claim& claim, const Transition& transition, const Attempt& attempt,
                   const std::string& remote_id);
  Task<void> undo(std::int64_t claim_id, std::string reason);
  Task<void> hasten();
  // Takes note of what an attempt told about the destination; true when it has just come back.
  bool note_health(const outbox::Claim& claim, const AttemptOutcome& outcome, Time now);
  void set_going(Settings destination, outbox::Claim claim);
  void look_at(std::optional<Time> moment);

  Settings destination_;
  Surroundings around_;
  DestinationHealth health_;
  std::list<Running> running_;
  std::optional<Task<void>> filling_;  // a claim on its way
  bool stopping_ = false;
  bool retired_ = false;
  // While the breaker is open: the delivery whose answer was lost, to be probed with once more.
  std::optional<std::int64_t> probe_again_;
  // When a delivery may be due, the earliest that is known: from the last claim, from what is to be retried,
  // and "now" when told of a new lead.
  std::optional<Time> next_due_{Time::min()};
};

}  // namespace leadspool::delivery
