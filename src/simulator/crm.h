// A small REST CRM that keeps its records in memory, and fails when told to.
//
//   POST   /leads         takes a lead once per key: 201 for a new one, 200 with the same id for a known key.
//                         The key is the header Idempotency-Key, else webhook-id, else "id" in the body.
//                         422 names a required field that is missing or blank.
//   GET    /leads?limit=  the records, newest last; with a limit the last ones
//   GET    /leads/{key}   one record
//   DELETE /leads         forgets all
//   GET    /faults        what it does wrong at present        PUT /faults   changes that (fault.h)
//
// Faults strike POST /leads only, so what it holds can be looked at all the time.
//
// Thread-safety: any thread. Ownership: what the constructor is given by reference outlives the Crm, and the
// Crm outlives the router's use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/router.h"
#include "simulator/faults.h"
#include "simulator/records.h"

namespace leadspool::simulator {

struct CrmOptions {
  std::vector<std::string> required_fields{"last_name", "company"};
  Fault fault;  // at first
};

class Crm {
 public:
  // `random` decides about faults with a probability.
  Crm(CrmOptions options, const Clock& clock, Random& random);

  void add_routes(http::Router& router);

  // Ends every wait of a delay and everything that hangs, now and from now on; their requests are cut. For a
  // quick shutdown.
  void interrupt() { faults_.interrupt(); }

 private:
  [[nodiscard]] http::Answer store(const http::Request& request);
  [[nodiscard]] http::Answer show(std::string_view key) const;

  const std::vector<std::string> required_fields_;
  Faults faults_;
  Records records_;
};

}  // namespace leadspool::simulator
