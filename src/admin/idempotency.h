// Changes that come with the header `Idempotency-Key` are done once: who repeats one with its key gets the
// first answer again, marked by `Idempotent-Replayed: true`, for 24 hours (outbox/given_answers.h).
//
//   400 bad_idempotency_key      not 1 to 200 printable ASCII characters
//   409 in_progress              the first request with this key has not ended yet
//   409 outcome_unknown          nobody knows how it ended (the service died, or answered 5xx): look first,
//                                and repeat it with another key if it was not done
//   422 idempotency_key_reused   the key came with another method, address, parameter or body
//
// Remembered are the answers of changes that were made (2xx). What was refused (4xx) changed nothing, so its
// key may be used again. Keys of different actors are different; without a key nothing is remembered.
#pragma once

#include "admin/routes.h"

namespace leadspool::admin {

// `handler` with all that around it; its answers are JSON without headers of their own. Without the door,
// where nothing can be changed, keys are not looked at.
[[nodiscard]] CallHandler answer_repeats(outbox::GivenAnswers* given_answers, const Route& route,
                                         CallHandler handler);

}  // namespace leadspool::admin
