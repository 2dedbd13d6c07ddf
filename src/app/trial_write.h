// Writing a file of our own into a folder, for a moment, to see whether it can be done and kept.
//
// Thread-safety: as look_aside.h.
#pragma once

#include <chrono>
#include <string>

#include "app/account.h"

namespace leadspool::app {

struct TrialWrite {
  bool ended = false;    // false: the disk did not answer in time
  int error = 0;         // of errno; 0: it was written, synced and removed
  bool written = false;  // of an error: what failed was to sync
  std::string
      barred;  // of EACCES: a folder on the way that may not be entered; empty: it is the folder itself
  std::chrono::milliseconds sync_time{0};
};

// As `account`, if we may be that one.
[[nodiscard]] TrialWrite try_to_write(const std::string& folder, const Account& account);

}  // namespace leadspool::app
