#include "delivery/destination_health.h"

#include <algorithm>
#include <utility>

namespace leadspool::delivery {
namespace {

// The cause where the destination has looked at a lead: it goes to people by alerts, so nobody's name may be
// in it.
std::string reason_of(const AttemptOutcome& outcome) {
  const bool looked_at_lead = outcome.http_status != 0 && !outcome.concerns_every_lead;
  return looked_at_lead && !outcome.cause.empty() ? outcome.cause : outcome.detail;
}

bool passed(const AttemptOutcome& outcome) {
  return outcome.outcome == Outcome::delivered ||
         (outcome.outcome == Outcome::rejected && outcome.shows_access);
}

}  // namespace

DestinationHealth::DestinationHealth(const HealthRecord& record, Time now) : record_(record) {
  record_.since = std::min(record_.since, now);
  if (!record_.closed_until) return;
  // The clock may have been set back since.
  record_.closed_until = std::min(*record_.closed_until, now + std::min(record_.probe_wait, kLongestPause));
  // Where no breaker does, a Retry-After may be what closes it.
  if (record_.condition != Condition::down) retry_after_ends_ = record_.closed_until;
}

int DestinationHealth::room(int in_flight, int max_in_flight, Time now) const {
  if (retry_after_ends_ && now < *retry_after_ends_) return 0;
  if (is_closed(now)) return 0;
  if (!is_working() || suspicion_) return in_flight == 0 ? 1 : 0;
  return std::max(0, std::min(max_in_flight, most_in_flight_) - in_flight);
}

std::optional<Time> DestinationHealth::next_look(Time now) const {
  return is_closed(now) ? record_.closed_until : std::nullopt;
}

std::optional<Uuid> DestinationHealth::avoids() const { return is_working() ? suspicion_ : last_to_fail_; }

DestinationHealth::Sign DestinationHealth::note(const AttemptOutcome& outcome, const Tried& tried, Time now) {
  if (outcome.was_not_sent) return Sign::none;
  if (outcome.outcome == Outcome::delivered || outcome.outcome == Outcome::rejected) {
    return note_sensible(outcome, tried, now);
  }
  // What is not repeated was no accident to it.
  const bool is_accident = outcome.outcome == Outcome::ambiguous && outcome.safe_to_repeat &&
                           !outcome.timed_out && !tried.is_repeat;
  if (is_accident && is_working()) return Sign::none;

  // While waiting for the next probe, what began before the trouble did tells nothing new.
  const bool is_late = is_closed(now);
  heed_retry_after(outcome, now);
  if (!is_working()) return is_late ? Sign::none : note_probe(outcome, tried.lead, is_accident, now);
  return outcome.outcome == Outcome::misconfigured ? note_misconfigured(outcome, tried, now)
                                                   : note_unavailable(outcome, tried.lead, now);
}

// It answered sensibly: it is up, and well if the lead passed. A pause that it asked for itself still holds.
DestinationHealth::Sign DestinationHealth::note_sensible(const AttemptOutcome& outcome, const Tried& tried,
                                                         Time now) {
  failures_ = 0;
  all_surely_the_destinations_ = true;
  failed_leads_.clear();
  suspects_.erase(tried.lead);
  if (passed(outcome)) {
    note_passed(tried);
  } else if (record_.condition == Condition::misconfigured) {
    if (is_closed(now)) return Sign::none;
    close_for(kMisconfiguredProbe, now);
    return Sign::none;
  }
  const bool comes_back = !is_working();
  last_to_fail_ = std::nullopt;
  unproven_ = false;
  if (most_in_flight_ < kNoLimit) ++most_in_flight_;
  if (comes_back) {
    record_.condition = Condition::working;
    record_.since = now;
    record_.closed_until = retry_after_ends_;
    begin_gently();
  }
  if (!is_closed(now)) {
    retry_after_ends_ = record_.closed_until = std::nullopt;
    record_.probe_wait = Milliseconds{0};
    record_.reason.clear();
  }
  return comes_back ? Sign::came_back : Sign::none;
}

void DestinationHealth::note_passed(const Tried& tried) {
  suspicion_ = std::nullopt;
  for (auto& [lead, suspect] : suspects_) {
    if (tried.began >= suspect.failed_at) suspect.others_passed = true;
  }
}

DestinationHealth::Sign DestinationHealth::note_unavailable(const AttemptOutcome& outcome, const Uuid& lead,
                                                            Time now) {
  ++failures_;
  all_surely_the_destinations_ = all_surely_the_destinations_ && !outcome.counts_against_budget;
  if (failed_leads_.size() < kLeadsToOpen) failed_leads_.insert(lead);
  return is_worth_opening() ? fall(Condition::down, outcome, lead, now) : Sign::none;
}

DestinationHealth::Sign DestinationHealth::note_misconfigured(const AttemptOutcome& outcome,
                                                              const Tried& tried, Time now) {
  if (outcome.concerns_every_lead) return fall(Condition::misconfigured, outcome, tried.lead, now);
  const auto before = suspects_.find(tried.lead);
  const bool same_cause = before != suspects_.end() && before->second.cause == outcome.cause;
  Suspect& entry = suspect(tried.lead, outcome.cause, now);
  if (std::exchange(entry.others_passed, false)) return note_others_pass(outcome, tried.lead, same_cause);
  if (!suspicion_) suspicion_ = tried.lead;
  if (*suspicion_ == tried.lead || !tried.is_witness) return Sign::none;
  take_suspects_together();
  return fall(Condition::misconfigured, outcome, tried.lead, now);
}

DestinationHealth::Sign DestinationHealth::note_others_pass(const AttemptOutcome& outcome, const Uuid& lead,
                                                            bool same_cause) {
  Suspect& entry = suspects_.at(lead);
  if (same_cause) ++entry.outdone;
  if (!outcome.may_be_the_leads_own || entry.outdone < (entry.among_several ? 3 : 2))
    return Sign::others_pass;
  suspects_.erase(lead);
  return Sign::the_leads_own;
}

DestinationHealth::Sign DestinationHealth::note_probe(const AttemptOutcome& outcome, const Uuid& lead,
                                                      bool is_accident, Time now) {
  if (is_accident) {
    const auto wait = record_.probe_wait;
    close_for(kProbeAgain, now);
    record_.probe_wait = wait;
    record_.reason = reason_of(outcome);
    return Sign::probe_again;
  }
  if (outcome.outcome == Outcome::misconfigured) {
    if (!outcome.concerns_every_lead) {
      suspect(lead, outcome.cause, now).others_passed = false;
      take_suspects_together();
    }
    if (record_.condition == Condition::down) return fall(Condition::misconfigured, outcome, lead, now);
  }
  record_.reason = reason_of(outcome);
  last_to_fail_ = lead;
  const bool is_down = record_.condition == Condition::down;
  close_for(is_down ? std::min(2 * record_.probe_wait, kLongestProbe) : kMisconfiguredProbe, now);
  return Sign::none;
}

DestinationHealth::Sign DestinationHealth::fall(Condition condition, const AttemptOutcome& outcome,
                                                const Uuid& lead, Time now) {
  record_.condition = condition;
  record_.since = now;
  record_.reason = reason_of(outcome);
  last_to_fail_ = lead;
  suspicion_ = std::nullopt;
  close_for(condition == Condition::down ? kFirstProbe : kMisconfiguredProbe, now);
  return condition == Condition::down ? Sign::went_down : Sign::paused_itself;
}

void DestinationHealth::take_as_mended() {
  begin_gently();
  unproven_ = true;
}

bool DestinationHealth::prefers_untried() const {
  return suspicion_ || unproven_ || record_.condition == Condition::misconfigured;
}

void DestinationHealth::expect_mended() {
  if (record_.condition == Condition::misconfigured) record_.closed_until = retry_after_ends_;
}

void DestinationHealth::forget_wait() {
  record_.closed_until = retry_after_ends_ = std::nullopt;
  // Who passed after whom was reckoned by that clock as well.
  suspects_.clear();
}

bool DestinationHealth::is_worth_opening() const {
  return failures_ >= kFailuresToOpen &&
         (all_surely_the_destinations_ || failed_leads_.size() >= kLeadsToOpen);
}

DestinationHealth::Suspect& DestinationHealth::suspect(const Uuid& lead, const std::string& cause, Time now) {
  if (suspects_.size() >= kMostSuspects && !suspects_.contains(lead)) suspects_.erase(suspects_.begin());
  Suspect& suspect = suspects_[lead];
  if (suspect.cause != cause) suspect = {cause, now, suspect.others_passed};
  suspect.failed_at = now;
  return suspect;
}

void DestinationHealth::take_suspects_together() {
  for (auto& [lead, suspect] : suspects_) suspect.among_several = true;
}

void DestinationHealth::heed_retry_after(const AttemptOutcome& outcome, Time now) {
  if (!outcome.retry_after) return;
  const Time until = now + std::min(*outcome.retry_after, kLongestPause);
  retry_after_ends_ = std::max(retry_after_ends_.value_or(until), until);
  record_.closed_until = std::max(record_.closed_until.value_or(until), until);
  record_.probe_wait = std::max(record_.probe_wait, until - now);
  record_.reason = reason_of(outcome);
}

void DestinationHealth::close_for(Milliseconds wait, Time now) {
  const Time until = std::max(retry_after_ends_.value_or(now), now + wait);
  record_.closed_until = until;
  record_.probe_wait = until - now;
}

}  // namespace leadspool::delivery
