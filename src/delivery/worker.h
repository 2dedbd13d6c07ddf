// The worker: one thread that carries any number of deliveries at once.
//
// Each destination is a lane of its own (lane.h), where each delivery runs as a coroutine. Nothing here
// blocks: requests and commits are both awaited, so neither a slow CRM nor a slow disk holds up another
// delivery. No transaction is open while a CRM is being called.
//
// Thread-safety: start(), stop() and the destructor from one thread; wake(), redrive_ordered(),
// reconfigure(), destination_changed() and health() from any. Errors: a broken store is logged and tried
// again a second later; nothing stops the loop but stop().
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "delivery/destination.h"
#include "delivery/destination_health.h"
#include "http/client.h"
#include "outbox/claims.h"
#include "outbox/redrives.h"

namespace leadspool::delivery {

// What a worker works with; all of it outlives the worker.
struct WorkerTools {
  outbox::Claims& claims;
  outbox::Redrives& redrives;
  http::Client& client;
  const Clock& clock;
  Random& random;
};

struct WorkerOptions {
  // How long stop() lets attempts in flight come to an end before it gives their claims back.
  std::chrono::milliseconds drain{25'000};
};

class Worker {
 public:
  Worker(WorkerOptions options, std::vector<Destination> destinations, WorkerTools tools);
  // Stops, if stop() was not called.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Takes back what a dead process held, then works on a thread of its own.
  void start();

  // Works with these destinations from now on, told apart by name: one that stays keeps its health and is
  // looked at anew, and probed at once if it is misconfigured; one that is gone claims nothing more, and ends
  // when its last attempt has. Attempts in flight end as they began. Any thread; returns at once.
  void reconfigure(std::vector<Destination> destinations);

  // Something may be due: look now.
  void wake();

  // A redrive was ordered: its first step is taken now.
  void redrive_ordered();

  // A person paused or resumed this destination: what is remembered of it is read again.
  void destination_changed(const std::string& name);

  // Claims nothing more, waits up to `drain` for what is in flight, gives back the rest.
  void stop();

  // What the thread does, for tests and for a simulation: one pass over all lanes, then one run() of the
  // client that waits no longer than `longest`.
  void run_once(std::chrono::milliseconds longest);

  // How long its thread has been inside one pass, beyond what it meant to wait; zero while nothing holds it
  // up. Any thread.
  [[nodiscard]] std::chrono::milliseconds busy_for() const;

  // Health by destination, in the order given last; one that is not known yet is missing. Any thread.
  [[nodiscard]] std::vector<std::pair<std::string, HealthView>> health() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace leadspool::delivery
