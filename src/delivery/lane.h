// A lane: one destination's part of the worker. It claims what is due, runs each claim as a coroutine (try,
// decide, store) and heeds the destination's health, its rate and a person's pause. Lanes know nothing of
// each other, so one that hangs never delays another.
//
// Half of the slots are kept for leads that were not tried yet. A probe may be any lead; and while what an
// outage has held up is delivered, the oldest goes first, tried or not.
//
// Thread-safety: none; the worker's thread owns it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "delivery/claimed_ahead.h"
#include "delivery/destination.h"
#include "delivery/destination_health.h"
#include "delivery/destination_memory.h"
#include "delivery/in_flight.h"
#include "delivery/pace.h"
#include "delivery/surroundings.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

class Lane {
 public:
  Lane(Destination destination, Surroundings around);

  // Works by these settings from the next attempt on, and looks at once; what is in flight ends as it began.
  // What was misconfigured is probed at once: it has most likely been mended. `destination` bears the lane's
  // name. A lane that was retired is in service again.
  void take_on(Destination destination);

  // Claims nothing more, gives back what has not begun, and leaves alone what is not in flight: the
  // destination is gone.
  void retire() { retired_ = true; }

  [[nodiscard]] bool is_retired() const { return retired_; }

  // Something new may be due.
  void look() { first_due_ = again_due_ = Time::min(); }

  // A person paused or resumed the destination.
  void read_again() { memory_.read_again(); }

  // Clears away what has ended and, unless `stopping`, retired or paused, fills the slots that are free and
  // claims what is due, as far as there is room. Throws what an attempt threw by our own mistake; its claim
  // is found when the lease lapses.
  void advance(bool stopping);

  // Nothing is claimed, or being claimed, and nothing is on its way to the store.
  [[nodiscard]] bool is_idle() const {
    return in_flight_.empty() && ahead_.is_idle() && !filling_ && memory_.is_idle();
  }

  // When advance() is to be called again for the sake of time alone; nullopt: only when told.
  [[nodiscard]] std::optional<Time> next_look() const;

  // The wall clock was set: no moment that was reckoned with it can be relied on.
  void clock_was_set();

  // The deliveries it has claimed: those to be tried, being tried, or whose outcome is being stored.
  void add_in_hand(std::vector<std::int64_t>& deliveries) const;

  // Adds, with a fresh lease, those whose lease would lapse before `moment`.
  void add_to_extend(Time moment, std::vector<outbox::HeldClaim>& claims);

  // Gives back, untried, what is still being tried or has not begun, and forgets the rest: an outcome that
  // could not be stored stays claimed and is found as interrupted at the next start. The client must have
  // forgotten its requests.
  void give_up();

  [[nodiscard]] const std::string& name() const { return destination_->name; }
  // nullopt: what the store remembers was not read yet.
  [[nodiscard]] std::optional<HealthView> health() const { return memory_.view(in_flight_.trying()); }

 private:
  // Shared with what is in flight, which ends by the settings it began with.
  using Settings = std::shared_ptr<const Destination>;

  [[nodiscard]] int health_room() const;
  [[nodiscard]] int again_room() const;
  [[nodiscard]] int ahead_room() const;
  [[nodiscard]] int claim_room() const;
  [[nodiscard]] int claim_room_again() const;
  [[nodiscard]] bool may_claim() const;
  [[nodiscard]] std::optional<Time> next_due() const;
  [[nodiscard]] std::string why_give_back() const;
  void reap();
  outbox::ClaimOrder next_order() const;
  Task<void> fill();
  void take_up(const outbox::ClaimOrder& order, outbox::Claimed claimed);
  [[nodiscard]] bool be_less_choosy(outbox::ClaimOrder& order);
  void note_due_times(const outbox::Claimed& claimed);
  void use_ready();
  void begin_ready();
  void set_going(ClaimedAhead::Ready ready);
  Task<void> deliver(Running& running);
  Task<void> hasten();
  // Takes note of what an attempt told about the destination.
  DestinationHealth::Sign note(const Running& running, const AttemptOutcome& outcome, Time began, Time now);
  void look_again_at(std::optional<Time> moment);

  Settings destination_;
  Surroundings around_;
  DestinationMemory memory_;
  Pace pace_;
  InFlight in_flight_;
  ClaimedAhead ahead_;
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
