#include "delivery/in_flight.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace leadspool::delivery {

// Each ended task is out of the list before its result is looked at, since that may throw.
bool InFlight::reap() {
  bool some_ended = false;
  for (auto one = running_.begin(); one != running_.end();) {
    if (!one->task || !one->task->ended()) {
      ++one;
      continue;
    }
    some_ended = true;
    auto ended = std::move(one->task);
    one = running_.erase(one);
    ended->result();
  }
  return some_ended;
}

int InFlight::trying() const {
  return static_cast<int>(
      std::count_if(running_.begin(), running_.end(), [](const Running& one) { return one.trying; }));
}

int InFlight::trying_again() const {
  return static_cast<int>(std::count_if(running_.begin(), running_.end(), [](const Running& one) {
    return one.trying && one.claim.delivery.tries > 0;
  }));
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
    if (!one.trying) continue;
    claims.unclaim(one.claim.claim_id, one.claim.delivery_id, "shutdown", now,
                   [id = to_string(one.claim.lead.id)](const outbox::CommitResult& result) {
                     if (result) log_error("not_given_back", {{"lead", id}, {"why", result->detail}});
                   });
  }
  running_.clear();
}

}  // namespace leadspool::delivery
