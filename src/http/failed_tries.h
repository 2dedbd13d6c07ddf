// How often each address presented a secret that opens nothing, a key or a token, and what its next such
// answer costs it. A right one costs nothing, wherever it comes from.
//
// The first ten within a minute are free: a person may mistype. Each further one is held back a second longer
// than the one before, up to ten, and the count, which ends at 20, falls by one every six seconds. Addresses
// of one IPv6 network (/64) count as one. At most 4,096 addresses are remembered; the one that failed longest
// ago is forgotten first.
//
// Thread-safety: any thread.
#pragma once

#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/ip_address.h"

namespace leadspool::http {

class FailedTries {
 public:
  // The clock outlives it.
  explicit FailedTries(const Clock& clock) : clock_(clock) {}

  // Both are zero while tries are free.
  struct Cost {
    Milliseconds delay;       // how long the answer is to be held back
    Milliseconds free_after;  // when the next one is free, if none comes before
  };

  // One more failure of `address`.
  [[nodiscard]] Cost note(std::string_view address);

 private:
  struct Record {
    IpAddress site;     // the address, or its network
    Milliseconds debt;  // six seconds for each failure, paid off by time
    SteadyTime since;
  };

  // The record of `site`, which becomes the newest.
  Record& record_of(const IpAddress& site, SteadyTime now);

  const Clock& clock_;
  std::mutex mutex_;
  // Guarded by mutex_. Oldest failure first.
  std::list<Record> records_;
  std::unordered_map<IpAddress, std::list<Record>::iterator> by_site_;
};

}  // namespace leadspool::http
