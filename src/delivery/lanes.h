// All lanes of a worker: one for each destination, in the order in which they were given, and behind them
// those whose destination is gone and whose last attempts have not ended.
//
// Thread-safety: none; the worker's thread owns it.
#pragma once

#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "delivery/destination.h"
#include "delivery/destination_health.h"
#include "delivery/lane.h"

namespace leadspool::delivery {

class Lanes {
 public:
  explicit Lanes(Surroundings around) : around_(around) {}

  // Works with these destinations from now on (worker.h, reconfigure()).
  void take_on(std::vector<Destination> destinations);

  // Something new may be due.
  void look();

  // A person paused or resumed this destination.
  void read_again(const std::string& name);

  // Lets each lane advance (lane.h), and drops those that have ended.
  void advance(bool stopping);

  [[nodiscard]] bool are_idle() const;

  // When advance() is to be called again for the sake of time alone.
  [[nodiscard]] std::optional<Time> next_look() const;

  void clock_was_set();

  // The deliveries that are to be tried, are being tried, or whose outcome is being stored.
  [[nodiscard]] std::vector<std::int64_t> in_hand() const;

  // Those of them whose lease would lapse before `moment`, with a fresh one.
  [[nodiscard]] std::vector<outbox::HeldClaim> to_extend(Time moment);

  void give_up();

  [[nodiscard]] std::vector<std::pair<std::string, HealthView>> health() const;

 private:
  const Surroundings around_;
  // Each stays where it is in memory as long as it lives: its coroutines point to it.
  std::list<Lane> lanes_;
};

}  // namespace leadspool::delivery
