// One life of the process: a store opened with all its doors, and a worker on it, wired as the service does.
//
// Ending a life is the destructor: the worker gives its claims back, as a stop without time to drain does.
// What a crashed life still does when it is destroyed it does to a store that nobody opens again.
//
// Thread-safety: none; no threads.
#pragma once

#include <string>
#include <vector>

#include "delivery/worker.h"
#include "outbox/claims.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"
#include "outbox/intake.h"
#include "outbox/redrives.h"
#include "outbox/store.h"
#include "simulation/destinations.h"

namespace leadspool::simulation {

// Outlive the life.
struct LifeTools {
  http::Client& client;
  const Clock& clock;
  Random& random;
  outbox::RedriveRules rules;
};

class Life {
 public:
  Life(const std::string& path, const std::vector<Settings>& settings, const LifeTools& tools)
      : lock_(path),
        committer_({.path = path, .own_thread = false}),
        claims_(committer_, tools.random),
        intake({.minimum_free_bytes = 0}, path, committer_, tools.clock, tools.random),
        corrections(committer_, tools.clock),
        redrives(committer_, tools.clock, tools.random, tools.rules),
        worker({}, make_destinations(settings, tools.clock),
               {claims_, redrives, tools.client, tools.clock, tools.random}) {
    intake.on_accepted([this] { worker.wake(); });
    corrections.on_due([this] { worker.wake(); });
    corrections.on_destination([this](const std::string& name) { worker.destination_changed(name); });
    redrives.on_ordered([this] { worker.redrive_ordered(); });
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

 private:
  outbox::StoreLock lock_;
  outbox::Committer committer_;
  outbox::Claims claims_;

 public:
  outbox::Intake intake;
  outbox::Corrections corrections;
  outbox::Redrives redrives;
  delivery::Worker worker;
};

}  // namespace leadspool::simulation
