// Tells the operator that leads are being refused because they cannot be stored, without a line for each:
// senders may come by the thousand while the disk is full.
//
// Of the refusals that follow one another the 1st, 2nd, 4th, 8th... is logged, with their number; the first
// lead stored after a store in trouble is logged too. A queue that is full alternates with leads that get in,
// so those refusals are counted from the start of the program.
//
// Thread-safety: any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "outbox/intake.h"

namespace leadspool::receiver {

class RefusalLog {
 public:
  void refused(const outbox::NotStored& why);
  void stored();

 private:
  std::atomic<std::uint64_t> busy_count_ = 0;
  std::atomic<std::uint64_t> trouble_count_ = 0;
};

}  // namespace leadspool::receiver
