// Watches every request of a simulated run, and holds it against what was promised.
//
// Thread-safety: none. Ownership: what it is given by reference outlives it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "delivery/destination_health.h"
#include "http/client.h"
#include "lead/destination_record.h"
#include "simulation/destinations.h"
#include "simulation/ledger.h"
#include "simulation/trace.h"

namespace leadspool::simulation {

class Watch {
 public:
  Watch(const Clock& clock, Trace& trace, Ledger& ledger, std::map<std::string, SimulatedCrm>& crms)
      : clock_(clock), trace_(trace), ledger_(ledger), crms_(crms) {}

  // A process begins, with what the store remembers of the destinations. `clock_held`: the wall clock was not
  // set since that was written. `told_all`: whatever the process before had learned it had time to store.
  void life_begins(const std::map<std::string, DestinationRecord>& remembered, bool clock_held,
                   bool told_all);

  // The worker is told of these settings: until it has settled, it may work by those before as well.
  void configuring(const std::vector<Settings>& all);
  // It works by these.
  void configured(const std::vector<Settings>& all);

  void paused(const std::string& destination);
  void resumed(const std::string& destination);
  void clock_set(Milliseconds jump);
  void store_failed() { store_failed_ = true; }

  // A person ordered another try of these; an empty key or destination means all.
  void redriven(const std::string& destination, const std::string& key);

  // The worker has nothing left to do without time passing.
  void settled(const std::vector<std::pair<std::string, delivery::HealthView>>& health);

  // Whether a lead that comes for `destination` now has to be sent at once.
  [[nodiscard]] bool nothing_hinders(const std::string& destination) const;

  // Whether the last Retry-After of `destination` may last, however the wall clock was set.
  [[nodiscard]] bool may_be_put_off(const std::string& destination) const;

  // Told by the network.
  void begins(const std::string& destination, const std::string& key);
  void taken(const std::string& destination, const std::string& key);
  void answered(const std::string& destination, const std::string& key, const http::ClientResult& result);
  void forgotten(const std::string& destination, const std::string& key);

 private:
  struct Request {
    bool is_repeat = false;
    bool is_probe = false;  // begun while the destination was known not to work
  };
  struct Lane {
    Settings settings;
    bool in_service = false;
    bool is_paused = false;
    bool knows_pause = false;                 // the worker has had the time to learn of it
    std::optional<SteadyTime> put_off_until;  // it certainly is
    Milliseconds asked{0};                    // by the last Retry-After
    SteadyTime asked_until;                   // at the latest
    bool is_down = false;                     // down or misconfigured, when all was settled last
    double saved = 0;                         // of the rate
    SteadyTime saved_at;
    std::map<std::string, Request> in_flight;
    std::set<std::string> failed;
    bool has_failed = false;  // in this life, as are those
    bool began_well = true;
    bool has_been_down = false;  // then what waits is caught up with, in whatever slots there are
    bool knows_repeats = true;  // false for good: a redrive of many may have given any of them a fresh budget
    std::optional<HealthRecord> remembered;  // until an answer came
    std::vector<std::string> just_delivered;
  };

  void check_delivery(const std::string& destination, const std::string& key);
  void check_lane(const std::string& destination, Lane& lane, bool is_repeat);
  void check_rate(const std::string& destination, Lane& lane);
  void check_remembered(const std::string& destination, const Lane& lane);
  void broken(const std::string& promise, const std::string& destination, const std::string& how);

  const Clock& clock_;
  Trace& trace_;
  Ledger& ledger_;
  std::map<std::string, SimulatedCrm>& crms_;
  std::map<std::string, Lane> lanes_;
  Time life_began_;
  bool has_settled_ = false;
  bool clock_was_set_ = false;  // in this life
  bool store_failed_ = false;   // in this life
};

}  // namespace leadspool::simulation
