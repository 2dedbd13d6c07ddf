// The simulated CRM on a listener of its own: what `leadspool simulate-crm` runs, and what tests deliver to.
//
// Thread-safety: one thread. Ownership: clock and random outlive it.
// Errors: start() throws http::BindError.
#pragma once

#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "http/router.h"
#include "http/server.h"
#include "simulator/crm.h"

namespace leadspool::simulator {

struct SimulatorOptions {
  std::string address = "127.0.0.1";  // it knows no keys: whoever reaches it may use it
  int port = 0;                       // 0: any free one, see Simulator::port()
  CrmOptions crm;
};

class Simulator {
 public:
  Simulator(SimulatorOptions options, const Clock& clock, Random& random);
  // Stops.
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Returns once connections are accepted.
  void start();

  // Ends delays at once and lets the other requests finish. Once stopped it does not start again.
  void stop();

  [[nodiscard]] int port() const { return server_.port(); }

 private:
  Crm crm_;
  http::Router router_;
  http::Server server_;
};

}  // namespace leadspool::simulator
