#include "delivery/lane.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "delivery/claim_end.h"
#include "delivery/lane_log.h"

namespace leadspool::delivery {
namespace {

using outbox::Claim;
using outbox::Claimed;
using outbox::Failure;

// Before a claim that a broken store refused is tried again.
constexpr Milliseconds kStorePause{1'000};

std::optional<Time> earlier(std::optional<Time> one, std::optional<Time> other) {
  if (!one || !other) return one ? one : other;
  return std::min(one, other);
}

}  // namespace

Lane::Lane(Destination destination, Surroundings around)
    : destination_(std::make_shared<const Destination>(std::move(destination))),
      around_(around),
      memory_(destination_->name, around.claims, around.inbox, around.clock, around.wake),
      pace_(destination_->rate_per_second),
      ahead_(around_) {}

void Lane::take_on(Destination destination) {
  CHECK(destination.name == name());
  if (destination.rate_per_second != destination_->rate_per_second) {
    pace_.change(destination.rate_per_second, around_.clock.steady_now());
  }
  destination_ = std::make_shared<const Destination>(std::move(destination));
  retired_ = false;
  memory_.health().expect_mended();
  look();
}

void Lane::advance(bool stopping) {
  stopping_ = stopping;
  memory_.advance(stopping);
  if (memory_.take_resumed()) {
    catching_up_ = around_.clock.now();
    look();
  }
  reap();
  use_ready();
  const auto due = next_due();
  if (due && *due <= around_.clock.now() && may_claim() && claim_room() > 0) {
    filling_.emplace(fill());
    filling_->start([this] { around_.wake.notify(); });
  }
}

std::optional<Time> Lane::next_look() const {
  const Time now = around_.clock.now();
  const SteadyTime steady_now = around_.clock.steady_now();
  const auto on_the_wall = [&](SteadyTime moment) { return now + (moment - steady_now); };
  std::optional<Time> look;
  if (const auto late = ahead_.next_look()) look = on_the_wall(*late);
  if (!may_claim()) return look;
  look = earlier(look, memory_.health().next_look(now));
  const auto paced = pace_.next(steady_now);
  if (paced && ahead_.count() > 0 && health_room() > 0) look = earlier(look, on_the_wall(*paced));
  auto due = next_due();
  if (!due || health_room() + ahead_room() <= 0) return look;
  if (!paced) return claim_room() > 0 ? earlier(look, due) : look;
  return earlier(look, std::max(*due, on_the_wall(*paced)));
}

void Lane::add_in_hand(std::vector<std::int64_t>& deliveries) const {
  in_flight_.add_in_hand(deliveries);
  ahead_.add_in_hand(deliveries);
}

void Lane::add_to_extend(Time moment, std::vector<outbox::HeldClaim>& claims) {
  const Time now = around_.clock.now();
  in_flight_.add_to_extend(moment, now, claims);
  ahead_.add_to_extend(moment, now + destination_->lease, claims);
}

void Lane::give_up() {
  in_flight_.give_up(around_.claims, around_.clock.now());
  ahead_.give_up();
  filling_.reset();
  memory_.give_up();
}

void Lane::clock_was_set() {
  memory_.health().forget_wait();
  catching_up_ = std::nullopt;
  look();
}

void Lane::look_again_at(std::optional<Time> moment) { again_due_ = earlier(again_due_, moment); }

int Lane::health_room() const {
  return memory_.health().room(in_flight_.trying(), destination_->max_in_flight, around_.clock.now());
}

int Lane::again_room() const {
  const int most = destination_->max_in_flight;
  if (catching_up_ || !memory_.health().is_working()) return std::numeric_limits<int>::max();
  return std::max(1, most / 2) - in_flight_.trying_again();
}

int Lane::ahead_room() const {
  const int most = destination_->max_in_flight;
  const auto& health = memory_.health();
  const bool all_slots_may_be_used = health.room(0, most, around_.clock.now()) == most;
  return health.is_working() && !health.avoids() && all_slots_may_be_used ? ahead_.room(most) : 0;
}

// What is ready is to begin within the rate as well.
int Lane::claim_room() const {
  const int paced = pace_.available(around_.clock.steady_now()) - ahead_.count();
  return std::min(health_room() + ahead_room(), paced);
}

// No repeat is claimed that would have to wait for a slot which is not kept for first tries.
int Lane::claim_room_again() const { return std::min(claim_room(), again_room() - ahead_.count_again()); }

bool Lane::may_claim() const { return !filling_ && !hastening_ && why_give_back().empty(); }

std::optional<Time> Lane::next_due() const {
  const bool again = again_room() > ahead_.count_again();
  const auto due = again ? earlier(first_due_, again_due_) : first_due_;
  // A probe does not wait until a delivery is due, only until there is one.
  return due && !memory_.health().is_working() ? std::min(*due, around_.clock.now()) : due;
}

// Empty: what was claimed may be tried.
std::string Lane::why_give_back() const {
  if (stopping_) return "shutdown";
  if (retired_) return "the destination is gone";
  if (memory_.pause()) return "the destination is paused";
  return memory_.is_up_to_date() ? "" : "the destination is being paused or resumed";
}

void Lane::reap() {
  if (ahead_.reap()) look();
  if (filling_ && filling_->ended()) {
    auto ended = std::exchange(filling_, std::nullopt);
    ended->result();
  }
  in_flight_.reap();
}

outbox::ClaimOrder Lane::next_order() const {
  const Time now = around_.clock.now();
  const auto& health = memory_.health();
  outbox::ClaimOrder order{.claim_id = around_.claims.draw_claim_id(),
                           .destination = destination_->name,
                           .limit = claim_room(),
                           .again_limit = claim_room_again(),
                           .now = now,
                           .lease_until = now + destination_->lease,
                           .even_if_not_due = !health.is_working(),
                           .only = probe_again_};
  if (!probe_again_ && health.avoids()) order.except = avoided_;
  if (!probe_again_ && health.prefers_untried()) {
    order.again_limit = 0;
    order.youngest_first = true;
  }
  return order;
}

// There is no such lead as was asked for: then one that was tried, then the one to be avoided. False: nor is
// there any of these.
bool Lane::be_less_choosy(outbox::ClaimOrder& order) {
  if (order.again_limit < claim_room_again()) {
    order.again_limit = claim_room_again();
  } else if (order.except) {
    order.except = std::nullopt;
  } else {
    return false;
  }
  order.claim_id = around_.claims.draw_claim_id();
  return true;
}

// Claims what there is room for, and begins with it.
Task<void> Lane::fill() {
  auto order = next_order();
  first_due_ = again_due_ = std::nullopt;
  for (;;) {
    auto begin = [&](auto done) { around_.claims.claim(order, around_.inbox.forward(std::move(done))); };
    Callback<outbox::OrFailure<Claimed>> claiming{begin};
    auto result = co_await claiming;
    if (const auto* failure = std::get_if<Failure>(&result)) {
      log_error("claim_failed", {{"destination", order.destination}, {"why", failure->detail}});
      // The commit may have taken place all the same: nothing may stay claimed that nobody tries.
      auto undoing = give_back(around_, order.claim_id, std::nullopt, "the store failed during the claim");
      co_await undoing;
      auto pausing = around_.inbox.pause(kStorePause);
      co_await pausing;
      look();
      co_return;
    }
    auto& claimed = std::get<Claimed>(result);
    if (!claimed.claims.empty() || !be_less_choosy(order)) {
      take_up(order, std::move(claimed));
      co_return;
    }
  }
}

void Lane::take_up(const outbox::ClaimOrder& order, Claimed claimed) {
  note_due_times(claimed);
  // A delivery that is not there any more cannot be probed with.
  if (claimed.claims.empty()) probe_again_ = std::nullopt;
  ahead_.add(std::move(claimed.claims), order.lease_until);
  // A probe is the one that was claimed for it, and nothing else is ready then.
  const bool is_probe = order.even_if_not_due;
  if (is_probe && why_give_back().empty()) begin_ready();
  use_ready();
}

// Begins with as much of what is ready as there is room for, or gives it back where it must not be tried.
void Lane::use_ready() {
  const auto& health = memory_.health();
  const bool is_open = health.is_working() && health.room(0, 1, around_.clock.now()) > 0;
  std::string reason = why_give_back();
  if (reason.empty() && !is_open) reason = "the destination must not be called at present";
  if (!reason.empty()) return ahead_.give_back(reason);
  begin_ready();
  ahead_.give_back_late();
}

void Lane::begin_ready() {
  const SteadyTime now = around_.clock.steady_now();
  while (health_room() > 0 && pace_.available(now) > 0) {
    auto next = ahead_.take_next(again_room() <= 0);
    if (!next) return;
    pace_.take(1, now);
    set_going(std::move(*next));
  }
}

void Lane::note_due_times(const Claimed& claimed) {
  const auto oldest = earlier(claimed.next_first_due_at, claimed.next_again_due_at);
  if (!oldest || catching_up_ < oldest) catching_up_ = std::nullopt;
  first_due_ = earlier(first_due_, claimed.next_first_due_at);
  look_again_at(claimed.next_again_due_at);
}

void Lane::set_going(ClaimedAhead::Ready ready) {
  auto& running = in_flight_.add({.destination = destination_,
                                  .claim = std::move(ready.claim),
                                  .lease_until = ready.lease_until,
                                  .began_working = memory_.health().is_working(),
                                  .is_witness = memory_.health().avoids().has_value()});
  running.task.emplace(deliver(running));
  running.task->start([this] { around_.wake.notify(); });
}

// The whole of one attempt: try, decide, store.
Task<void> Lane::deliver(Running& running) {
  const Claim& claim = running.claim;
  const Time started_at = around_.clock.now();
  const SteadyTime started = around_.clock.steady_now();

  auto trying = running.destination->connector->attempt(claim.lead, around_.client);
  AttemptOutcome outcome = co_await trying;
  const Milliseconds duration = around_.clock.steady_now() - started;
  in_flight_.stop_trying(running);
  ahead_.note(duration);

  const Time now = around_.clock.now();
  // During an outage no try says anything about the lead, and an answer that is lost once is an accident.
  const bool is_accident = outcome.outcome == Outcome::ambiguous && outcome.safe_to_repeat &&
                           !outcome.timed_out && claim.delivery.tries == 0;
  if (!running.began_working || !memory_.health().is_working() || is_accident) {
    outcome.counts_against_budget = false;
  }
  const auto sign = note(running, outcome, started_at, now);
  if (sign == DestinationHealth::Sign::others_pass) outcome.counts_against_budget = running.began_working;
  if (sign == DestinationHealth::Sign::the_leads_own) {
    outcome.outcome = Outcome::rejected;
    outcome.detail += "; other leads pass, so it is this one";
  }
  hastening_ = hastening_ || sign == DestinationHealth::Sign::came_back;
  Transition transition =
      decide(claim.delivery, outcome, running.destination->retry, now, around_.random.unit());
  // Whatever the schedule says: it waits for the destination, and that may be mended at any time.
  const bool is_quick = !transition.counted || outcome.may_be_the_leads_own;
  if (outcome.outcome == Outcome::misconfigured && transition.due_at && is_quick) {
    transition.due_at = std::min(*transition.due_at, now + DestinationHealth::kMisconfiguredProbe);
  }
  const Attempt attempt{.number = claim.delivery.attempt_count + 1,
                        .started_at = started_at,
                        .duration = duration,
                        .outcome = outcome.outcome,
                        .counted = transition.counted,
                        .http_status = outcome.http_status,
                        .detail = outcome.detail,
                        .answer_excerpt = outcome.answer_excerpt};
  log_attempt(claim, attempt, transition);
  log_sign(sign, name(), memory_.health().record(), outcome);

  auto storing = store_outcome(around_, claim, transition, attempt, outcome.remote_id);
  co_await storing;
  look_again_at(transition.due_at);
  if (sign == DestinationHealth::Sign::came_back) {
    auto hastening = hasten();
    co_await hastening;
  }
}

DestinationHealth::Sign Lane::note(const Running& running, const AttemptOutcome& outcome, Time began,
                                   Time now) {
  DestinationHealth& health = memory_.health();
  const Claim& claim = running.claim;
  const bool is_repeat = health.is_working() ? claim.delivery.tries > 0 : probe_again_ == claim.delivery_id;
  const DestinationHealth::Tried tried{
      .lead = claim.lead.id, .is_repeat = is_repeat, .began = began, .is_witness = running.is_witness};
  const auto sign = health.note(outcome, tried, now);
  probe_again_ = std::nullopt;
  if (sign == DestinationHealth::Sign::probe_again) probe_again_ = claim.delivery_id;
  if (health.avoids() == claim.lead.id) avoided_ = claim.delivery_id;
  // By settings that were changed since.
  if (running.destination != destination_) health.expect_mended();
  return sign;
}

// The destination is back: what waits because of it need not wait any longer.
Task<void> Lane::hasten() {
  if (!retired_) {
    auto change = [&](auto done) { around_.claims.hasten(name(), around_.clock.now(), std::move(done)); };
    auto hastening = around_.inbox.until_stored(change);
    co_await hastening;
    log_info("destination_came_back", {{"destination", name()}});
    catching_up_ = around_.clock.now();
    look();
  }
  hastening_ = false;
}

}  // namespace leadspool::delivery
