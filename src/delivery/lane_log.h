// What a lane tells the log: each attempt, and what it means for the destination.
#pragma once

#include <string>

#include "delivery/destination_health.h"
#include "lead/attempt.h"
#include "lead/destination_record.h"
#include "lead/transition.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

void log_attempt(const outbox::Claim& claim, const Attempt& attempt, const Transition& transition);

// Only of what stops the destination.
void log_sign(DestinationHealth::Sign sign, const std::string& destination, const HealthRecord& record,
              const AttemptOutcome& outcome);

}  // namespace leadspool::delivery
