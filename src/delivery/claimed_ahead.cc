#include "delivery/claimed_ahead.h"

#include <algorithm>
#include <utility>

#include "delivery/claim_end.h"

namespace leadspool::delivery {
namespace {

// How many attempts the average is taken of, the latest counting most.
constexpr int kAveraged = 8;

}  // namespace

void ClaimedAhead::note(Milliseconds attempt) {
  attempt_ = ((kAveraged - 1) * attempt_ + attempt) / kAveraged;
}

int ClaimedAhead::room(int max_in_flight) const {
  if (attempt_ >= kQuick || count() > max_in_flight / 2) return 0;
  return max_in_flight - count();
}

void ClaimedAhead::add(std::vector<outbox::Claim> claims, Time lease_until) {
  const SteadyTime now = around_.clock.steady_now();
  for (auto& claim : claims) ready_.push_back({std::move(claim), lease_until, now});
}

std::optional<ClaimedAhead::Ready> ClaimedAhead::take_next(bool first_tries_only) {
  const auto next = std::ranges::find_if(
      ready_, [&](const Ready& ready) { return !first_tries_only || ready.claim.delivery.tries == 0; });
  if (next == ready_.end()) return std::nullopt;
  auto taken = std::move(*next);
  ready_.erase(next);
  return taken;
}

int ClaimedAhead::count_again() const {
  return static_cast<int>(
      std::ranges::count_if(ready_, [](const Ready& ready) { return ready.claim.delivery.tries > 0; }));
}

void ClaimedAhead::give_back(const std::string& reason) {
  for (auto& ready : std::exchange(ready_, {})) start_giving_back(std::move(ready), reason);
}

void ClaimedAhead::give_back_late() {
  const SteadyTime now = around_.clock.steady_now();
  while (!ready_.empty() && ready_.front().since + kLongestReady <= now) {
    attempt_ = kLongestReady;
    start_giving_back(std::move(ready_.front()), "no slot fell free in time");
    ready_.pop_front();
  }
}

std::optional<SteadyTime> ClaimedAhead::next_look() const {
  if (ready_.empty()) return std::nullopt;
  return ready_.front().since + kLongestReady;
}

bool ClaimedAhead::reap() {
  bool some_ended = false;
  for (auto one = going_back_.begin(); one != going_back_.end();) {
    if (!one->task || !one->task->ended()) {
      ++one;
      continue;
    }
    some_ended = true;
    auto ended = std::move(one->task);
    one = going_back_.erase(one);
    ended->result();
  }
  return some_ended;
}

void ClaimedAhead::add_in_hand(std::vector<std::int64_t>& deliveries) const {
  for (const auto& one : ready_) deliveries.push_back(one.claim.delivery_id);
  for (const auto& one : going_back_) deliveries.push_back(one.claim.delivery_id);
}

void ClaimedAhead::add_to_extend(Time moment, Time lease_until, std::vector<outbox::HeldClaim>& claims) {
  for (auto& one : ready_) {
    if (one.lease_until >= moment) continue;
    one.lease_until = lease_until;
    claims.push_back({one.claim.delivery_id, one.claim.claim_id, one.lease_until});
  }
}

void ClaimedAhead::give_up() {
  for (const auto& one : going_back_) give_back_at_last(around_.claims, one.claim, around_.clock.now());
  for (const auto& one : ready_) give_back_at_last(around_.claims, one.claim, around_.clock.now());
  going_back_.clear();
  ready_.clear();
}

void ClaimedAhead::start_giving_back(Ready ready, const std::string& reason) {
  auto& going = going_back_.emplace_back(GoingBack{std::move(ready.claim)});
  going.task.emplace(delivery::give_back(around_, going.claim.claim_id, going.claim.delivery_id, reason));
  going.task->start([this] { around_.wake.notify(); });
}

}  // namespace leadspool::delivery
