// What all lanes of a worker share. All of it outlives them.
#pragma once

#include "base/clock.h"
#include "base/random.h"
#include "base/wake_signal.h"
#include "delivery/inbox.h"
#include "http/client.h"
#include "outbox/claims.h"

namespace leadspool::delivery {

struct Surroundings {
  outbox::Claims& claims;
  http::Client& client;
  const Clock& clock;
  Random& random;
  Inbox& inbox;
  WakeSignal& wake;
};

}  // namespace leadspool::delivery
