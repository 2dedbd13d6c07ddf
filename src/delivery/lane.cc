#include "delivery/lane.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"

namespace leadspool::delivery {
namespace {

using outbox::Claim;
using outbox::Claimed;
using outbox::CommitResult;
using outbox::Failure;
using FinishAnswer = std::variant<outbox::Finished, outbox::LostClaim>;
using FinishResult = outbox::OrFailure<FinishAnswer>;

// Between two tries to store an outcome that a broken store refused.
constexpr Milliseconds kStorePause{1'000};

void log_attempt(const Claim& claim, const Attempt& attempt, const Transition& transition) {
  const bool needs_a_person = transition.to == State::dead || attempt.outcome == Outcome::misconfigured;
  log_event(needs_a_person ? LogLevel::warn : LogLevel::info, "attempt",
            {{"lead", to_string(claim.lead.id)},
             {"destination", claim.destination},
             {"number", attempt.number},
             {"outcome", to_string(attempt.outcome)},
             {"http_status", attempt.http_status},
             {"duration_ms", attempt.duration.count()},
             {"transition", to_string(transition.name)},
             {"due_at", transition.due_at ? to_rfc3339(*transition.due_at) : "-"}});
}

std::optional<Time> earlier(std::optional<Time> one, std::optional<Time> other) {
  if (!one || !other) return one ? one : other;
  return std::min(one, other);
}

}  // namespace

Lane::Lane(Destination destination, Surroundings around)
    : destination_(std::make_shared<const Destination>(std::move(destination))),
      around_(around),
      memory_(destination_->name, around.claims, around.inbox, around.clock, around.wake),
      pace_(destination_->rate_per_second) {}

void Lane::take_on(Destination destination) {
  CHECK(destination.name == name());
  if (destination.rate_per_second != destination_->rate_per_second) {
    pace_.change(destination.rate_per_second, around_.clock.steady_now());
  }
  destination_ = std::make_shared<const Destination>(std::move(destination));
  retired_ = false;
  look();
}

bool Lane::advance(bool stopping) {
  stopping_ = stopping;
  memory_.advance(stopping);
  if (memory_.take_resumed()) {
    catching_up_ = around_.clock.now();
    look();
  }
  const bool some_ended = reap();
  const auto due = next_due();
  const bool is_due = due && *due <= around_.clock.now();
  if (is_due && may_claim() && health_room() > 0 && pace_.available(around_.clock.steady_now()) > 0) {
    filling_.emplace(fill());
    filling_->start([this] { around_.wake.notify(); });
  }
  return some_ended;
}

std::optional<Time> Lane::next_look() const {
  if (!may_claim()) return std::nullopt;
  const Time now = around_.clock.now();
  const auto opens = memory_.health().next_look(now);
  auto due = next_due();
  if (!due || health_room() <= 0) return opens;
  const SteadyTime steady_now = around_.clock.steady_now();
  if (const auto paced = pace_.next(steady_now)) due = std::max(*due, now + (*paced - steady_now));
  return earlier(due, opens);
}

void Lane::give_up() {
  in_flight_.give_up(around_.claims, around_.clock.now());
  filling_.reset();
  memory_.give_up();
}

void Lane::clock_was_set() {
  memory_.health().forget_wait();
  catching_up_ = std::nullopt;
  look();
}

std::optional<HealthView> Lane::health() const {
  if (!memory_.is_known()) return std::nullopt;
  const auto& record = memory_.health().record();
  const bool is_working = memory_.health().is_working();
  HealthView view;
  view.condition = record.condition;
  if (!is_working) view.since = record.since;
  view.next_probe = is_working ? memory_.health().next_look(around_.clock.now()) : record.closed_until;
  view.reason = record.reason;
  view.in_flight = in_flight_.trying();
  view.pause = memory_.pause();
  return view;
}

void Lane::look_again_at(std::optional<Time> moment) { again_due_ = earlier(again_due_, moment); }

int Lane::health_room() const {
  return memory_.health().room(in_flight_.trying(), destination_->max_in_flight, around_.clock.now());
}

int Lane::again_room() const {
  const int most = destination_->max_in_flight;
  if (catching_up_ || !memory_.health().is_working()) return most;
  return std::max(1, most / 2) - in_flight_.trying_again();
}

bool Lane::may_claim() const { return !filling_ && !hastening_ && why_give_back().empty(); }

std::optional<Time> Lane::next_due() const {
  const Time now = around_.clock.now();
  const auto due = again_room() > 0 ? earlier(first_due_, again_due_) : first_due_;
  const bool is_probing = !memory_.health().is_working() && !memory_.health().others_only(now);
  // A probe does not wait until a delivery is due, only until there is one.
  return due && is_probing ? std::min(*due, now) : due;
}

// Empty: what was claimed may be tried.
std::string Lane::why_give_back() const {
  if (stopping_) return "shutdown";
  if (retired_) return "the destination is gone";
  if (memory_.pause()) return "the destination is paused";
  return memory_.is_up_to_date() ? "" : "the destination is being paused or resumed";
}

bool Lane::reap() {
  if (filling_ && filling_->ended()) {
    auto ended = std::exchange(filling_, std::nullopt);
    ended->result();
  }
  return in_flight_.reap();
}

outbox::ClaimOrder Lane::next_order() const {
  const Time now = around_.clock.now();
  const auto& health = memory_.health();
  const int limit = std::min(health_room(), pace_.available(around_.clock.steady_now()));
  outbox::ClaimOrder order{.claim_id = around_.claims.draw_claim_id(),
                           .destination = destination_->name,
                           .limit = limit,
                           .again_limit = std::min(limit, again_room()),
                           .now = now,
                           .lease_until = now + destination_->lease,
                           .even_if_not_due = !health.is_working(),
                           .only = probe_again_};
  if (!probe_again_ && health.avoids()) order.except = avoided_;
  return order;
}

// Claims what there is room for and sets it going.
Task<void> Lane::fill() {
  const Settings destination = destination_;
  auto order = next_order();
  first_due_ = again_due_ = std::nullopt;
  for (;;) {
    auto begin = [&](auto done) { around_.claims.claim(order, around_.inbox.forward(std::move(done))); };
    Callback<outbox::OrFailure<Claimed>> claiming{begin};
    auto result = co_await claiming;
    if (const auto* failure = std::get_if<Failure>(&result)) {
      log_error("claim_failed", {{"destination", order.destination}, {"why", failure->detail}});
      // The commit may have taken place all the same: nothing may stay claimed that nobody tries.
      auto undoing = undo(order.claim_id, std::nullopt, "the store failed during the claim");
      co_await undoing;
      auto pausing = around_.inbox.pause(kStorePause);
      co_await pausing;
      look();
      co_return;
    }
    auto& claimed = std::get<Claimed>(result);
    const bool has_one_to_avoid = order.except && !memory_.health().others_only(order.now);
    if (!claimed.claims.empty() || !has_one_to_avoid) {
      auto taking = take_up(destination, order, std::move(claimed));
      co_await taking;
      co_return;
    }
    // There is no other.
    order.except = std::nullopt;
    order.claim_id = around_.claims.draw_claim_id();
  }
}

// Sets going what was claimed; gives back what the destination must not be called for any more.
Task<void> Lane::take_up(Settings destination, outbox::ClaimOrder order, Claimed claimed) {
  note_due_times(order, claimed);
  // A delivery that is not there any more cannot be probed with.
  if (claimed.claims.empty()) probe_again_ = std::nullopt;

  const auto count = static_cast<int>(claimed.claims.size());
  std::string reason = why_give_back();
  const int going = reason.empty() ? std::min(count, health_room()) : 0;
  if (reason.empty()) reason = "the destination must not be called at present";

  const SteadyTime steady_now = around_.clock.steady_now();
  pace_.take(std::min(going, pace_.available(steady_now)), steady_now);
  for (int i = 0; i < going; ++i) {
    set_going(destination, std::move(claimed.claims[static_cast<std::size_t>(i)]), order.lease_until);
  }
  for (int i = going; i < count; ++i) {
    auto undoing = undo(order.claim_id, claimed.claims[static_cast<std::size_t>(i)].delivery_id, reason);
    co_await undoing;
    look();
  }
}

void Lane::note_due_times(const outbox::ClaimOrder& order, const Claimed& claimed) {
  const auto oldest = earlier(claimed.next_first_due_at, claimed.next_again_due_at);
  if (!oldest || catching_up_ < oldest) catching_up_ = std::nullopt;
  // Only the lead to be avoided waits, and it must until the next probe.
  if (claimed.claims.empty() && order.except) return look_again_at(memory_.health().record().closed_until);
  first_due_ = earlier(first_due_, claimed.next_first_due_at);
  look_again_at(claimed.next_again_due_at);
}

void Lane::set_going(Settings destination, Claim claim, Time lease_until) {
  auto& running = in_flight_.add({.destination = std::move(destination),
                                  .claim = std::move(claim),
                                  .lease_until = lease_until,
                                  .began_working = memory_.health().is_working()});
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
  running.trying = false;

  const Time now = around_.clock.now();
  // During an outage no try says anything about the lead.
  if (!running.began_working || !memory_.health().is_working()) outcome.counts_against_budget = false;
  const auto sign = note(running, outcome, started_at, now);
  if (sign == DestinationHealth::Sign::the_leads_own) {
    outcome.outcome = Outcome::rejected;
    outcome.detail += "; other leads pass, so it is this one";
  }
  hastening_ = hastening_ || sign == DestinationHealth::Sign::came_back;
  const Transition transition =
      decide(claim.delivery, outcome, running.destination->retry, now, around_.random.unit());
  const Attempt attempt{.number = claim.delivery.attempt_count + 1,
                        .started_at = started_at,
                        .duration = around_.clock.steady_now() - started,
                        .outcome = outcome.outcome,
                        .counted = transition.counted,
                        .http_status = outcome.http_status,
                        .detail = outcome.detail,
                        .answer_excerpt = outcome.answer_excerpt};
  log_attempt(claim, attempt, transition);
  log_sign(sign, outcome);

  auto storing = store(claim, transition, attempt, outcome.remote_id);
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
  const auto sign =
      health.note(outcome, {.lead = claim.lead.id, .is_repeat = is_repeat, .began = began}, now);
  probe_again_ = std::nullopt;
  if (sign == DestinationHealth::Sign::probe_again) probe_again_ = claim.delivery_id;
  if (health.avoids() == claim.lead.id) avoided_ = claim.delivery_id;
  // Where one lead proves little, others are tried before they are due.
  if (sign == DestinationHealth::Sign::paused_itself) look();
  return sign;
}

void Lane::log_sign(DestinationHealth::Sign sign, const AttemptOutcome& outcome) const {
  const bool is_down = sign == DestinationHealth::Sign::went_down;
  if (!is_down && sign != DestinationHealth::Sign::paused_itself) return;
  const auto& record = memory_.health().record();
  log_warn(is_down ? "destination_down" : "destination_paused_itself",
           {{"destination", name()},
            {"outcome", to_string(outcome.outcome)},
            {"http_status", outcome.http_status},
            {"reason", record.reason},
            {"next_probe", to_rfc3339(record.closed_until.value_or(record.since))}});
}

// Stores an outcome, however long the store refuses: forgetting it would mean trying the lead again.
Task<void> Lane::store(const Claim& claim, const Transition& transition, const Attempt& attempt,
                       const std::string& remote_id) {
  for (;;) {
    auto begin = [&](auto done) {
      around_.claims.finish(claim, transition, attempt, remote_id, around_.clock.now(),
                            around_.inbox.forward(std::move(done)));
    };
    Callback<FinishResult> finishing{begin};
    const auto result = co_await finishing;
    const auto* failure = std::get_if<Failure>(&result);
    if (failure == nullptr) {
      // A lost claim is what a commit leaves that took place though we were told it failed.
      if (std::holds_alternative<outbox::LostClaim>(std::get<FinishAnswer>(result))) {
        log_warn("claim_lost", {{"lead", to_string(claim.lead.id)}, {"destination", claim.destination}});
      }
      co_return;
    }
    log_error("outcome_not_stored", {{"lead", to_string(claim.lead.id)}, {"why", failure->detail}});
    auto pausing = around_.inbox.pause(kStorePause);
    co_await pausing;
  }
}

Task<void> Lane::undo(std::int64_t claim_id, std::optional<std::int64_t> only, std::string reason) {
  auto unclaim = [&](auto done) {
    around_.claims.unclaim(claim_id, only, reason, around_.clock.now(), std::move(done));
  };
  auto unclaiming = around_.inbox.until_stored(unclaim);
  co_await unclaiming;
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
