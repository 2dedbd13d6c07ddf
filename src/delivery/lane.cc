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

}  // namespace

Lane::Lane(Destination destination, Surroundings around)
    : destination_(std::make_shared<const Destination>(std::move(destination))), around_(around) {}

void Lane::take_on(Destination destination) {
  CHECK(destination.name == name());
  destination_ = std::make_shared<const Destination>(std::move(destination));
  retired_ = false;
  look();
}

void Lane::advance(bool stopping) {
  stopping_ = stopping;
  reap();
  // A probe does not wait until a delivery is due, only until there is one.
  const bool due = next_due_ && (*next_due_ <= around_.clock.now() || health_.is_open());
  if (stopping || retired_ || filling_ || !due || room() <= 0) return;
  filling_.emplace(fill(room()));
  filling_->start([this] { around_.wake.notify(); });
}

std::optional<Time> Lane::next_look() const {
  if (retired_) return std::nullopt;
  if (const auto look = health_.next_look(around_.clock.now())) return look;
  if (filling_ || room() <= 0) return std::nullopt;
  return next_due_;
}

void Lane::give_up() {
  for (const auto& one : running_) {
    if (!one.trying) continue;
    around_.claims.unclaim(one.claim.claim_id, one.claim.delivery_id, "shutdown", around_.clock.now(),
                           [id = to_string(one.claim.lead.id)](const CommitResult& result) {
                             if (result) log_error("not_given_back", {{"lead", id}, {"why", result->detail}});
                           });
  }
  running_.clear();
  filling_.reset();
}

void Lane::clock_was_set() {
  health_.forget_wait();
  look();
}

void Lane::add_in_hand(std::vector<std::int64_t>& deliveries) const {
  for (const auto& one : running_) deliveries.push_back(one.claim.delivery_id);
}

void Lane::look_at(std::optional<Time> moment) {
  if (moment) next_due_ = std::min(next_due_.value_or(Time::max()), *moment);
}

int Lane::trying() const {
  return static_cast<int>(
      std::count_if(running_.begin(), running_.end(), [](const Running& one) { return one.trying; }));
}

int Lane::room() const { return health_.room(trying(), destination_->max_in_flight, around_.clock.now()); }

// Each ended task is out of the list before its result is looked at, since that may throw.
void Lane::reap() {
  if (filling_ && filling_->ended()) {
    auto ended = std::exchange(filling_, std::nullopt);
    ended->result();
  }
  for (auto one = running_.begin(); one != running_.end();) {
    if (!one->task || !one->task->ended()) {
      ++one;
      continue;
    }
    auto ended = std::move(one->task);
    one = running_.erase(one);
    ended->result();
  }
}

// Claims up to `room` deliveries and sets them going.
Task<void> Lane::fill(int room) {
  const Time now = around_.clock.now();
  const Settings destination = destination_;
  const outbox::ClaimOrder order{.claim_id = around_.claims.draw_claim_id(),
                                 .destination = destination->name,
                                 .limit = room,
                                 .now = now,
                                 .lease_until = now + destination->lease,
                                 .even_if_not_due = health_.is_open(),
                                 .only = probe_again_};
  next_due_ = std::nullopt;
  auto begin = [&](auto done) { around_.claims.claim(order, around_.inbox.forward(std::move(done))); };
  Callback<outbox::OrFailure<Claimed>> claiming{begin};
  auto result = co_await claiming;

  if (const auto* failure = std::get_if<Failure>(&result)) {
    log_error("claim_failed", {{"destination", order.destination}, {"why", failure->detail}});
    // The commit may have taken place all the same: nothing may stay claimed that nobody tries.
    auto undoing = undo(order.claim_id, "the store failed during the claim");
    co_await undoing;
    auto pausing = around_.inbox.pause(kStorePause);
    co_await pausing;
    look();
    co_return;
  }
  if (stopping_ || retired_) {
    auto undoing = undo(order.claim_id, stopping_ ? "shutdown" : "the destination is gone");
    co_await undoing;
    co_return;
  }
  auto& claimed = std::get<Claimed>(result);
  look_at(claimed.next_due_at);
  // A delivery that is not there any more cannot be probed with.
  if (claimed.claims.empty()) probe_again_ = std::nullopt;
  for (auto& claim : claimed.claims) set_going(destination, std::move(claim));
}

void Lane::set_going(Settings destination, Claim claim) {
  auto& running =
      running_.emplace_back(Running{std::move(destination), std::move(claim), true, std::nullopt});
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
  if (health_.is_open()) outcome.counts_against_budget = false;
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
  const bool came_back = note_health(claim, outcome, now);

  auto storing = store(claim, transition, attempt, outcome.remote_id);
  co_await storing;
  look_at(transition.due_at);
  if (came_back && !retired_) {
    auto hastening = hasten();
    co_await hastening;
  }
}

bool Lane::note_health(const Claim& claim, const AttemptOutcome& outcome, Time now) {
  const bool is_repeat = health_.is_open() ? probe_again_ == claim.delivery_id : claim.delivery.tries > 0;
  const auto sign = health_.record(outcome, claim.lead.id, is_repeat, now);
  probe_again_ = std::nullopt;
  if (sign == DestinationHealth::Sign::probe_again) probe_again_ = claim.delivery_id;
  if (sign == DestinationHealth::Sign::opened) {
    log_warn("destination_down", {{"destination", name()},
                                  {"outcome", to_string(outcome.outcome)},
                                  {"http_status", outcome.http_status},
                                  {"next_probe", to_rfc3339(health_.next_look(now).value_or(now))}});
  }
  return sign == DestinationHealth::Sign::came_back;
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

Task<void> Lane::undo(std::int64_t claim_id, std::string reason) {
  auto unclaim = [&](auto done) {
    around_.claims.unclaim(claim_id, std::nullopt, reason, around_.clock.now(), std::move(done));
  };
  auto unclaiming = around_.inbox.until_stored(unclaim);
  co_await unclaiming;
}

// The destination is back: what waits because of it need not wait any longer.
Task<void> Lane::hasten() {
  auto change = [&](auto done) { around_.claims.hasten(name(), around_.clock.now(), std::move(done)); };
  auto hastening = around_.inbox.until_stored(change);
  co_await hastening;
  log_info("destination_came_back", {{"destination", name()}});
  look();
}

}  // namespace leadspool::delivery
