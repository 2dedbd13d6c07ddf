// Makes copies of the store by a schedule, and when a person asks for one: copied while everything goes on
// (outbox/online_copy.h), looked through (outbox/verification.h), and only then given its name; the oldest
// beyond `keep` are removed after that. Never more than one at a time: a second waits for its turn.
//
// The next one is due `every` after the newest in the folder, so a restart changes nothing; one that failed
// is tried again after ten minutes. A copy that bears a time in the future, as of a clock that ran ahead,
// keeps none from being made, and is the first to go. What a process that died left half made is removed at
// start. A folder whose disk hangs holds up nobody but those who want a copy, unless it begins to hang while
// one is written, which the committer does.
//
// Thread-safety: start(), stop() and the destructor from one thread; the rest from any.
// Errors: what goes wrong is logged and stands in status(); nothing ends it but stop().
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "outbox/committer.h"
#include "upkeep/backup_files.h"

namespace leadspool::upkeep {

struct BackupRules {
  std::string store;   // the store's path
  std::string folder;  // empty: no schedule; made (0700) if absent, but not the one above it
  std::chrono::hours every{24};
  std::size_t keep = 7;
  std::uint64_t minimum_free_bytes = 0;  // left on the folder's disk after a copy; else none is made
  // How many times the length of a step the rest after it is, so that a copy takes no more than a fifth of
  // the committer's time from those who receive and deliver. 0 where there is nobody to be spared.
  int rest = 4;
};

struct BackupStatus {
  std::string folder;  // empty: no copies are made
  std::chrono::hours every{0};
  std::size_t keep = 0;
  std::vector<BackupFile> files;     // the newest first
  std::optional<BackupFile> newest;  // that bears no time in the future
  std::optional<Time> next_at;       // nullopt: none are made, or nobody has looked into the folder yet
  bool under_way = false;
  std::string problem;  // why the last try failed; empty: it did not
  std::optional<Time> failing_since;
  std::int64_t failures = 0;  // of this process
};

// What the folder tells. One that cannot be read is the problem.
[[nodiscard]] BackupStatus look_at_backups(const BackupRules& rules, Time now);

// A copy that was made, and what was found in it.
struct MadeBackup {
  BackupFile file;
  std::int64_t leads = 0;
  std::chrono::milliseconds took{0};
};

using BackupResult = std::variant<MadeBackup, std::string>;

class Backups {
 public:
  // Both outlive it. The store's lock is held.
  Backups(BackupRules rules, outbox::Committer& committer, const Clock& clock);
  // Stops, if stop() was not called.
  ~Backups();
  Backups(const Backups&) = delete;
  Backups& operator=(const Backups&) = delete;

  // Goes by the schedule on a thread of its own.
  void start();

  // Another folder or schedule, from the next copy on. One that failed is tried again at once.
  void reconfigure(BackupRules rules);

  // Gives up a copy that is being made. Idempotent.
  void stop();

  // Makes one now, and waits for it. The text tells why it could not be made.
  [[nodiscard]] BackupResult make_now();

  // The same for somebody who takes the copy away: a file beside the store that is not counted, which the
  // caller removes.
  [[nodiscard]] BackupResult make_to_take_away();

  // As the folder was at the last look, at most a minute ago.
  [[nodiscard]] BackupStatus status() const;

  // What the thread does, for tests: makes one if one is due.
  void run_once();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace leadspool::upkeep
