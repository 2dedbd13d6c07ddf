// A small REST CRM that keeps its records in memory, and fails when told to.
//
//   POST   /leads         takes a lead once per key: 201 for a new one, 200 with the same id for a known key.
//                         The key is the header Idempotency-Key, else webhook-id, else "id" in the body.
//                         422 names a required field that is missing or blank.
//   GET    /leads?limit=  the records, newest last; with a limit the last ones
//   GET    /leads/{key}   one record
//   DELETE /leads         forgets all
//   GET    /faults        what it does wrong at present        PUT /faults   changes that (fault.h)
//   GET    /              how to use it
//
// Faults strike POST /leads only, so what it holds can be looked at all the time.
//
// Thread-safety: any thread. Ownership: what the constructor is given by reference outlives the Crm, and the
// Crm outlives the router's use.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "http/router.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

struct CrmOptions {
  std::vector<std::string> required_fields{"last_name", "company"};
  Fault fault;  // at first
};

struct Record {
  std::string id;
  std::string key;
  Time received_at;
  int times_received = 1;
  std::string lead_json;  // the first body that came with the key
};

class Crm {
 public:
  // `random` decides about faults with a probability.
  Crm(CrmOptions options, const Clock& clock, Random& random);

  void add_routes(http::Router& router);

  // Ends every wait of a delay and everything that hangs, now and from now on; their requests are cut. For a
  // quick shutdown.
  void interrupt();

 private:
  [[nodiscard]] http::Answer receive(const http::Request& request);
  [[nodiscard]] http::Answer store(const http::Request& request);
  [[nodiscard]] http::Answer list(const http::Request& request);
  [[nodiscard]] http::Answer show(std::string_view key);
  [[nodiscard]] http::Answer clear();
  [[nodiscard]] http::Answer change_fault(const http::Request& request);

  struct Struck {
    Fault fault;
    int change = 0;  // changes_ at that time
  };
  // What strikes a request with this body.
  [[nodiscard]] Struck take_fault(const std::string& body);
  // False when interrupted.
  [[nodiscard]] bool wait(Milliseconds delay);
  void hang_until_changed(int change);

  const CrmOptions options_;
  const Clock& clock_;
  Random& random_;

  std::mutex mutex_;
  std::condition_variable interrupted_;
  // Guarded by mutex_.
  bool stopping_ = false;
  Fault fault_;
  int changes_ = 0;              // how often a person changed the fault
  std::vector<Record> records_;  // in the order they came
  std::unordered_map<std::string, std::size_t> place_by_key_;
};

}  // namespace leadspool::simulator
