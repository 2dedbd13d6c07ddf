#include "delivery/in_flight.h"

#include <utility>

#include "delivery/claim_end.h"

namespace leadspool::delivery {

Running& InFlight::add(Running running) {
  ++trying_;
  if (running.claim.delivery.tries > 0) ++trying_again_;
  return running_.emplace_back(std::move(running));
}

void InFlight::stop_trying(Running& running) {
  if (!std::exchange(running.trying, false)) return;
  --trying_;
  if (running.claim.delivery.tries > 0) --trying_again_;
}

// Each ended task is out of the list before its result is looked at, since that may throw.
void InFlight::reap() {
  for (auto one = running_.begin(); one != running_.end();) {
    if (!one->task || !one->task->ended()) {
      ++one;
      continue;
    }
    stop_trying(*one);
    auto ended = std::move(one->task);
    one = running_.erase(one);
    ended->result();
  }
}

void InFlight::add_in_hand(std::vector<std::int64_t>& deliveries) const {
  for (const auto& one : running_) deliveries.push_back(one.claim.delivery_id);
}

void InFlight::add_to_extend(Time moment, Time now, std::vector<outbox::HeldClaim>& claims) {
  for (auto& one : running_) {
    if (one.lease_until >= moment) continue;
    one.lease_until = now + one.destination->lease;
    claims.push_back({one.claim.delivery_id, one.claim.claim_id, one.lease_until});
  }
}

void InFlight::give_up(outbox::Claims& claims, Time now) {
  for (const auto& one : running_) {
    if (one.trying) give_back_at_last(claims, one.claim, now);
  }
  running_.clear();
  trying_ = trying_again_ = 0;
}

}  // namespace leadspool::delivery
