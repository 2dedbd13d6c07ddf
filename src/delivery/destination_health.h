// Whether a destination is worth calling: a circuit breaker.
//
// It opens after 10 failures in a row that are the destination's trouble, from at least 3 different leads (or
// any 10 that are surely the destination's). An answer that was lost with its connection counts only when the
// lead was tried before: once, it is an accident, and the destination most likely has the lead. While it is
// open nothing is claimed but one probe at a time, after 30 s growing to 10 min; the first sensible answer
// (also "I refuse this lead") closes it. A Retry-After pauses the whole destination for that long, at most 10
// h.
//
// Thread-safety: none; the worker's thread owns it. Pure but for its own state: time is passed in.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "base/time.h"
#include "base/uuid.h"
#include "lead/attempt.h"

namespace leadspool::delivery {

// What an operator is shown.
struct HealthView {
  bool open = false;               // the breaker
  std::optional<Time> next_probe;  // while open, or while a Retry-After lasts
  std::string reason;              // of the last failure; empty when well
  int in_flight = 0;
};

class DestinationHealth {
 public:
  static constexpr int kFailuresToOpen = 10;
  static constexpr std::size_t kLeadsToOpen = 3;
  static constexpr Milliseconds kFirstProbe{30'000};
  static constexpr Milliseconds kLongestProbe{600'000};
  static constexpr Milliseconds kProbeAgain{5'000};
  // Of a Retry-After.
  static constexpr Milliseconds kLongestPause{36'000'000};

  // How many more deliveries may be claimed now, when `in_flight` are and `max_in_flight` may be.
  [[nodiscard]] int room(int in_flight, int max_in_flight, Time now) const;

  // When room() may grow by the passing of time alone; nullopt when time plays no part.
  [[nodiscard]] std::optional<Time> next_look(Time now) const;

  // What an attempt told about the destination beyond its own lead.
  enum class Sign {
    none,
    opened,       // the breaker has just opened
    came_back,    // the breaker has just closed: what waits for the destination should be tried at once
    probe_again,  // the probe's answer was lost: the next probe is to be the same lead, which the CRM may
                  // have
  };

  // Takes note of a finished attempt; `is_repeat`: of a lead whose answer could have been lost before.
  [[nodiscard]] Sign record(const AttemptOutcome& outcome, const Uuid& lead, bool is_repeat, Time now);

  // Forgets how long to wait, not why: the clock it was reckoned by was set.
  void forget_wait() { closed_until_ = std::nullopt; }

  [[nodiscard]] HealthView view(int in_flight) const;

  [[nodiscard]] bool is_open() const { return open_; }

 private:
  void note_failure(bool surely_the_destinations, const Uuid& lead);
  [[nodiscard]] bool is_worth_opening() const;
  void close_for(Milliseconds wait, Time now);

  // Since the last sensible answer.
  int failures_ = 0;
  bool all_surely_the_destinations_ = true;
  std::set<Uuid> failed_leads_;
  std::string reason_;

  bool open_ = false;
  Milliseconds probe_wait_{kFirstProbe};
  std::optional<Time> closed_until_;  // the next probe, or the end of a Retry-After
};

}  // namespace leadspool::delivery
