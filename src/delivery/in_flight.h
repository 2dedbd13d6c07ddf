// The deliveries that a lane is trying, or whose outcome it is storing.
//
// Thread-safety: none; the worker's thread owns it. Each entry stays where it is in memory until its task has
// ended: the task points to it.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "delivery/destination.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

// One delivery between its claim and its stored outcome.
struct Running {
  std::shared_ptr<const Destination> destination;  // with the settings it began with
  outbox::Claim claim;
  Time lease_until;
  bool began_working = true;  // the destination was, when the attempt began
  bool is_witness = false;    // another lead was suspected then
  bool trying = true;         // the CRM is being called; false: stop_trying() was called
  std::optional<Task<void>> task = std::nullopt;
};

class InFlight {
 public:
  Running& add(Running running);

  // The CRM has answered, or never will: the slot is free.
  void stop_trying(Running& running);

  // Clears away what has ended. Throws what an attempt threw, one at a time.
  void reap();

  [[nodiscard]] bool empty() const { return running_.empty(); }
  [[nodiscard]] int trying() const { return trying_; }
  // Those of them that were tried before.
  [[nodiscard]] int trying_again() const { return trying_again_; }

  void add_in_hand(std::vector<std::int64_t>& deliveries) const;

  // Adds, with a fresh lease, those whose lease would lapse before `moment`.
  void add_to_extend(Time moment, Time now, std::vector<outbox::HeldClaim>& claims);

  // Gives back, untried, what is still being tried, and forgets the rest. What would resume the tasks must
  // have been told to forget them.
  void give_up(outbox::Claims& claims, Time now);

 private:
  std::list<Running> running_;
  int trying_ = 0;
  int trying_again_ = 0;
};

}  // namespace leadspool::delivery
