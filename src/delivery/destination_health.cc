#include "delivery/destination_health.h"

#include <algorithm>

namespace leadspool::delivery {

int DestinationHealth::room(int in_flight, int max_in_flight, Time now) const {
  if (closed_until_ && now < *closed_until_) return 0;
  if (open_) return in_flight == 0 ? 1 : 0;
  return std::max(0, max_in_flight - in_flight);
}

std::optional<Time> DestinationHealth::next_look(Time now) const {
  return closed_until_ && now < *closed_until_ ? closed_until_ : std::nullopt;
}

DestinationHealth::Sign DestinationHealth::record(const AttemptOutcome& outcome, const Uuid& lead,
                                                  bool is_repeat, Time now) {
  if (outcome.outcome == Outcome::delivered || outcome.outcome == Outcome::rejected) {
    // It answered sensibly: whatever was wrong is over. A pause that it asked for itself still holds.
    const Sign sign = open_ ? Sign::came_back : Sign::none;
    const auto pause = open_ ? std::nullopt : closed_until_;
    *this = DestinationHealth{};
    closed_until_ = pause;
    return sign;
  }

  const bool was_waiting = closed_until_ && now < *closed_until_;
  const bool is_accident = outcome.outcome == Outcome::ambiguous && !outcome.timed_out && !is_repeat;
  if (is_accident && !open_) return Sign::none;
  reason_ = outcome.detail;
  if (outcome.retry_after) close_for(std::min(*outcome.retry_after, kLongestPause), now);
  if (open_) {
    // While waiting for the next probe these are late answers from before it opened, and tell nothing new.
    if (was_waiting) return Sign::none;
    close_for(is_accident ? kProbeAgain : probe_wait_ = std::min(2 * probe_wait_, kLongestProbe), now);
    return is_accident ? Sign::probe_again : Sign::none;
  }
  note_failure(!outcome.counts_against_budget, lead);
  if (!is_worth_opening()) return Sign::none;
  open_ = true;
  close_for(probe_wait_, now);
  return Sign::opened;
}

HealthView DestinationHealth::view(int in_flight) const { return {open_, closed_until_, reason_, in_flight}; }

void DestinationHealth::note_failure(bool surely_the_destinations, const Uuid& lead) {
  ++failures_;
  all_surely_the_destinations_ = all_surely_the_destinations_ && surely_the_destinations;
  if (failed_leads_.size() < kLeadsToOpen) failed_leads_.insert(lead);
}

bool DestinationHealth::is_worth_opening() const {
  return failures_ >= kFailuresToOpen &&
         (all_surely_the_destinations_ || failed_leads_.size() >= kLeadsToOpen);
}

void DestinationHealth::close_for(Milliseconds wait, Time now) {
  closed_until_ = std::max(closed_until_.value_or(now), now + wait);
}

}  // namespace leadspool::delivery
