#include "alert/store_trouble.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

namespace leadspool::alert {
namespace {

Trouble broken_store(const std::string& why, bool readable, Time now) {
  Trouble trouble;
  trouble.name = "store";
  trouble.severity = Severity::critical;
  trouble.degree = 2;
  trouble.growth_is_told_at_once = true;
  trouble.since = now;
  trouble.subject = readable ? "leads are refused: nothing can be stored" : "the store cannot be read";
  trouble.text =
      "The store is in trouble: " + why +
      ".\nNew leads are answered 503 as long as nothing can be stored; what was acknowledged is safe.\n"
      "What to do: make room on the disk, or mend it; the service goes on by itself. "
      "`leadspool check` tells more.";
  return trouble;
}

Trouble little_room(std::uint64_t free_bytes, std::uint64_t minimum_bytes, Time now) {
  const auto mib = [](std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; };
  Trouble trouble;
  trouble.name = "store";
  trouble.growth_is_told_at_once = true;
  trouble.since = now;
  trouble.subject = "the store's disk is nearly full";
  trouble.text = "The store's disk has " + mib(free_bytes) + " left. With less than " + mib(minimum_bytes) +
                 " new leads are refused.\nWhat to do: make room, or move the store to a larger disk.";
  return trouble;
}

std::string newest_copy(const BackupFacts& backup) {
  return backup.newest_at
             ? "The newest good copy, in " + backup.folder + ", is of " + to_rfc3339(*backup.newest_at) + "."
             : "There is no good copy in " + backup.folder + ".";
}

Trouble failing_backup(const BackupFacts& backup, Time now) {
  Trouble trouble;
  trouble.name = "backup";
  trouble.since = backup.failing_since.value_or(now);
  trouble.remind_after = std::chrono::hours{24};
  trouble.subject = "the store could not be copied";
  trouble.text = "The last try to back up the store failed: " + backup.problem + ".\n" + newest_copy(backup) +
                 " Leads are received and delivered as ever; it is tried again every ten minutes.\n"
                 "What to do: mend that, in the folder, on its disk or in [backup] of the configuration. "
                 "`leadspool backups make` tries at once. Where a copy was made and is not good, `leadspool "
                 "verify` tells what is wrong with the store; keep the older copies somewhere else then.";
  return trouble;
}

Trouble old_backup(const BackupFacts& backup, Time due_at) {
  Trouble trouble;
  trouble.name = "backup";
  trouble.since = due_at;
  trouble.remind_after = std::chrono::hours{24};
  trouble.subject = "the last backup is older than " + std::to_string((2 * backup.every).count()) + " hours";
  trouble.text = newest_copy(backup) + " One should be made every " + std::to_string(backup.every.count()) +
                 " h.\nWhat to do: `leadspool backups list` shows when the next is due, `leadspool backups "
                 "make` makes one now. If somebody empties the folder, let them leave the newest there.";
  return trouble;
}

void find_backup_trouble(const BackupFacts& backup, Time now, std::vector<Trouble>& found) {
  if (!backup.problem.empty()) {
    found.push_back(failing_backup(backup, now));
    return;
  }
  const Time due_at = std::min(backup.newest_at.value_or(backup.watched_since), now) + 2 * backup.every;
  if (due_at <= now) found.push_back(old_backup(backup, due_at));
}

}  // namespace

void find_store_troubles(const Facts& facts, const Limits& limits, Time now, std::vector<Trouble>& found) {
  if (facts.store_trouble || facts.unread_store) {
    const bool readable = !facts.unread_store;
    found.push_back(
        broken_store(facts.store_trouble.value_or(facts.unread_store.value_or("")), readable, now));
  } else if (facts.free_bytes && *facts.free_bytes / 2 < limits.minimum_free_bytes) {
    found.push_back(little_room(*facts.free_bytes, limits.minimum_free_bytes, now));
  }
  if (facts.backup) find_backup_trouble(*facts.backup, now, found);
}

}  // namespace leadspool::alert
