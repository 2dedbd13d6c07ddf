// The deliveries that a lane has claimed and not begun, so that a slot that falls free is filled at once and
// need not wait for a commit.
//
// Deliveries are claimed ahead of need only where attempts are quick: then what is ready waits no longer than
// an attempt takes, and where they are slow, waiting for a commit costs nothing worth speaking of. What has
// been ready for a second is given back, and nothing is claimed ahead before attempts are seen to be quick
// again: a person cannot discard what is claimed.
//
// Thread-safety: none; the worker's thread owns it.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "base/task.h"
#include "base/time.h"
#include "delivery/surroundings.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

class ClaimedAhead {
 public:
  // Of an attempt, on average.
  static constexpr Milliseconds kQuick{500};
  static constexpr Milliseconds kLongestReady{1'000};

  struct Ready {
    outbox::Claim claim;
    Time lease_until;
    SteadyTime since;
  };

  // `around` outlives it.
  explicit ClaimedAhead(const Surroundings& around) : around_(around) {}

  // An attempt took so long.
  void note(Milliseconds attempt);

  // How many more to claim ahead, where `max_in_flight` may be in flight: that many are ready at most, and
  // none is claimed while half of them are, since a claim should be worth its commit.
  [[nodiscard]] int room(int max_in_flight) const;

  void add(std::vector<outbox::Claim> claims, Time lease_until);

  // The one that has been ready longest; with `first_tries_only`, of those that were not tried before.
  [[nodiscard]] std::optional<Ready> take_next(bool first_tries_only);

  [[nodiscard]] int count() const { return static_cast<int>(ready_.size()); }
  // Those of them that were tried before.
  [[nodiscard]] int count_again() const;

  // Gives back all that is ready, untried, or what has been ready for too long.
  void give_back(const std::string& reason);
  void give_back_late();

  // When give_back_late() has something to do.
  [[nodiscard]] std::optional<SteadyTime> next_look() const;

  // Clears away what was given back; true: something was.
  bool reap();

  // Nothing is ready, or on its way back.
  [[nodiscard]] bool is_idle() const { return ready_.empty() && going_back_.empty(); }

  void add_in_hand(std::vector<std::int64_t>& deliveries) const;

  // Adds, with a fresh lease, those that are ready and whose lease would lapse before `moment`.
  void add_to_extend(Time moment, Time lease_until, std::vector<outbox::HeldClaim>& claims);

  // Gives back everything, and waits for nothing.
  void give_up();

 private:
  struct GoingBack {
    outbox::Claim claim;
    std::optional<Task<void>> task = std::nullopt;
  };

  void start_giving_back(Ready ready, const std::string& reason);

  const Surroundings& around_;
  std::list<Ready> ready_;  // the longest ready first
  std::list<GoingBack> going_back_;
  Milliseconds attempt_ = kLongestReady;  // on average; not quick until it was seen
};

}  // namespace leadspool::delivery
