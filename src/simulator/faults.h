// What strikes the requests of one simulated CRM, and its routes below the CRM's path:
//
//   GET {path}/faults    what it does wrong at present        PUT {path}/faults   changes that (fault.h)
//
// Thread-safety: any thread. Ownership: `random` outlives it, and it the router's use.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "base/random.h"
#include "http/router.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

class Faults {
 public:
  // How a CRM words what it answers by a fault that answers with an error (error_status() is not 0). The
  // Retry-After of the fault, if any, is added by Faults.
  using Words = std::function<http::Response(const Fault& fault)>;

  Faults(Fault at_first, Words words, Random& random);

  void add_routes(http::Router& router, const std::string& path);

  // Does `work` and gives its answer, unless something strikes first. `at` is what kind of request it is.
  [[nodiscard]] http::Answer strike(FaultPlace at, const http::Request& request,
                                    const std::function<http::Answer()>& work);

  // Ends every wait and everything that hangs, now and from now on; their requests are cut.
  void interrupt();

 private:
  struct Struck {
    Fault fault;
    int change = 0;  // changes_ at that time
  };
  [[nodiscard]] Struck take(FaultPlace at, const std::string& body);
  // False when interrupted.
  [[nodiscard]] bool wait(Milliseconds delay);
  void hang_until_changed(int change);
  [[nodiscard]] http::Answer show();
  [[nodiscard]] http::Answer change(const http::Request& request);

  const Words words_;
  Random& random_;

  std::mutex mutex_;
  std::condition_variable interrupted_;
  // Guarded by mutex_.
  bool stopping_ = false;
  Fault fault_;
  int changes_ = 0;  // how often a person changed the fault
};

}  // namespace leadspool::simulator
