// How a claim ends: its outcome is stored, or it is given back untried; however long the store refuses, since
// to forget an outcome would mean to try the lead again.
//
// Thread-safety: none; the worker's thread. What the tasks are given outlives them, but for what they take by
// value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/task.h"
#include "delivery/surroundings.h"
#include "lead/attempt.h"
#include "lead/transition.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

[[nodiscard]] Task<void> store_outcome(const Surroundings& around, const outbox::Claim& claim,
                                       const Transition& transition, const Attempt& attempt,
                                       const std::string& remote_id);

// Whatever is still claimed under `claim_id`, or `only` that delivery of it.
[[nodiscard]] Task<void> give_back(const Surroundings& around, std::int64_t claim_id,
                                   std::optional<std::int64_t> only, std::string reason);

// The same at the end of the worker, when nobody waits for the store any more.
void give_back_at_last(outbox::Claims& claims, const outbox::Claim& claim, Time now);

}  // namespace leadspool::delivery
