// How often each address presented a key that opens nothing, and how long its next such answer is therefore
// held back. A right key is never held back, wherever it comes from.
//
// The first ten within a minute are free: a person may mistype. Each further one costs a second more than the
// one before, up to ten, and the count, which ends at 20, falls by one every six seconds. Addresses of one
// IPv6 network (/64) count as one. At most 4,096 addresses are remembered; the one that failed longest ago is
// forgotten first.
//
// Thread-safety: any thread.
#pragma once

#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "base/clock.h"
#include "base/ip_address.h"

namespace leadspool::receiver {

class FailedKeys {
 public:
  // The clock outlives it.
  explicit FailedKeys(const Clock& clock) : clock_(clock) {}

  // One more failure of `address`; how long its answer is to be held back.
  [[nodiscard]] Milliseconds note(std::string_view address);

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

}  // namespace leadspool::receiver
