// Lets SQLite's commits fail on order, and hears of changes that a rule of the schema refused.
//
// It puts itself between SQLite and the file system as SQLite's default file system ("VFS"), so the code
// under test is what is released. Only the log's writes and syncs fail, as those are what a commit is made
// of.
//
// Thread-safety: none; for the whole process, with one store in use at a time.
#pragma once

#include <string>
#include <vector>

namespace leadspool::simulation {

enum class DiskFault {
  none,
  write,  // nothing of the commit reaches the disk
  sync,   // the commit is on the disk, but SQLite is told that it may not be
};

class FaultyDisk {
 public:
  // Once, before anything uses SQLite.
  static void install();

  // The `n`-th (from 1) write or sync of a log fails, counted while it is exposed, and if `for_good` all that
  // follow; `none` disarms.
  static void arm(DiskFault fault, int n = 1, bool for_good = false);

  // Faults strike only while this is so.
  static void expose(bool exposed);

  // Whether a fault has struck since the last call.
  [[nodiscard]] static bool take_strike();

  // The rules of the schema that were run into since the last call, in SQLite's words.
  [[nodiscard]] static std::vector<std::string> take_refusals();
};

}  // namespace leadspool::simulation
