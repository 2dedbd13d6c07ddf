#include "delivery/lane_log.h"

#include "base/log.h"

namespace leadspool::delivery {

void log_attempt(const outbox::Claim& claim, const Attempt& attempt, const Transition& transition) {
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

void log_sign(DestinationHealth::Sign sign, const std::string& destination, const HealthRecord& record,
              const AttemptOutcome& outcome) {
  const bool is_down = sign == DestinationHealth::Sign::went_down;
  if (!is_down && sign != DestinationHealth::Sign::paused_itself) return;
  log_warn(is_down ? "destination_down" : "destination_paused_itself",
           {{"destination", destination},
            {"outcome", to_string(outcome.outcome)},
            {"http_status", outcome.http_status},
            {"reason", record.reason},
            {"next_probe", to_rfc3339(record.closed_until.value_or(record.since))}});
}

}  // namespace leadspool::delivery
