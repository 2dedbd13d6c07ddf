// A lane: one destination's part of the worker. It claims what is due, runs each claim as a coroutine (try,
// decide, store) and heeds the destination's health, its rate and a person's pause. Lanes know nothing of
// each other, so one that hangs never delays another.
//
// Half of the slots are kept for leads that were not tried yet. A probe may be any lead; and while what an
// outage has held up is delivered, the oldest goes first, tried or not.
//
// Thread-safety: none; the worker's thread owns it.
#pragma once

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
#include "delivery/destination_memory.h"
#include "delivery/in_flight.h"
#include "delivery/inbox.h"
#include "delivery/pace.h"
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
  void look() { first_due_ = again_due_ = Time::min(); }

  // A person paused or resumed the destination.
  void read_again() { memory_.read_again(); }

  // Clears away what has ended and, unless `stopping`, retired or paused, claims what is due as far as there
  // is room. True: deliveries have ended. Throws what an attempt threw by our own mistake; its claim is found
  // when the lease lapses.
  bool advance(bool stopping);

  // Nothing is being claimed, tried or stored.
  [[nodiscard]] bool is_idle() const { return in_flight_.empty() && !filling_ && memory_.is_idle(); }

  // When advance() is to be called again for the sake of time alone; nullopt: only when told.
  [[nodiscard]] std::optional<Time> next_look() const;

  // The wall clock was set: no moment that was reckoned with it can be relied on.
  void clock_was_set();

  [[nodiscard]] InFlight& in_flight() { return in_flight_; }
  [[nodiscard]] const InFlight& in_flight() const { return in_flight_; }

  // Gives back, untried, what is still being tried, and forgets the rest: an outcome that could not be stored
  // stays claimed and is found as interrupted at the next start. The client must have forgotten its requests.
  void give_up();

  [[nodiscard]] const std::string& name() const { return destination_->name; }
  // nullopt: what the store remembers was not read yet.
  [[nodiscard]] std::optional<HealthView> health() const;

 private:
  // Shared with what is in flight, which ends by the settings it began with.
  using Settings = std::shared_ptr<const Destination>;

  [[nodiscard]] int health_room() const;
  [[nodiscard]] int again_room() const;
  [[nodiscard]] bool may_claim() const;
  [[nodiscard]] std::optional<Time> next_due() const;
  [[nodiscard]] std::string why_give_back() const;
  bool reap();
  outbox::ClaimOrder next_order() const;
  Task<void> fill();
  Task<void> take_up(Settings destination, outbox::ClaimOrder order, outbox::Claimed claimed);
  void note_due_times(const outbox::ClaimOrder& order, const outbox::Claimed& claimed);
  void set_going(Settings destination, outbox::Claim claim, Time lease_until);
  Task<void> deliver(Running& running);
  Task<void> store(const outbox::Claim& claim, const Transition& transition, const Attempt& attempt,
                   const std::string& remote_id);
  Task<void> undo(std::int64_t claim_id, std::optional<std::int64_t> only, std::string reason);
  Task<void> hasten();
  // Takes note of what an attempt told about the destination.
  DestinationHealth::Sign note(const Running& running, const AttemptOutcome& outcome, Time began, Time now);
  void log_sign(DestinationHealth::Sign sign, const AttemptOutcome& outcome) const;
  void look_again_at(std::optional<Time> moment);

  Settings destination_;
  Surroundings around_;
  DestinationMemory memory_;
  Pace pace_;
  InFlight in_flight_;
  std::optional<Task<void>> filling_;  // a claim on its way
  bool stopping_ = false;
  bool retired_ = false;
  // The destination is back, and what waits for it is being made due: the oldest is to be claimed first.
  bool hastening_ = false;
  // When it came back, until what was due by then has had its turn.
  std::optional<Time> catching_up_;
  // While not working: the delivery whose answer was lost, to be probed with once more.
  std::optional<std::int64_t> probe_again_;
  // The delivery of the lead that DestinationHealth::avoids().
  std::optional<std::int64_t> avoided_;
  // When a delivery may be due, the earliest that is known, of those not tried yet and of the others: from
  // the last claim, from what is to be retried, and "now" when told of a new lead.
  std::optional<Time> first_due_{Time::min()};
  std::optional<Time> again_due_{Time::min()};
};

}  // namespace leadspool::delivery
