// The copies in a backup folder: "leadspool-20261122T030000Z.db". A copy gets that name when it was found
// good, so what bears it can be relied on; the folder is all the memory there is of when the last one was
// made.
//
// Thread-safety: any. Errors: a folder that cannot be read throws std::filesystem::filesystem_error, unless
// told otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"

namespace leadspool::upkeep {

struct BackupFile {
  std::string path;
  Time made_at;  // to the second, as the name has it
  std::int64_t bytes = 0;
};

// The newest first; other files are passed over. A folder that is absent has none.
[[nodiscard]] std::vector<BackupFile> backup_files(const std::string& folder);

[[nodiscard]] std::string backup_name(Time made_at);

// What a copy is called until it was found good.
[[nodiscard]] std::string unfinished_backup_name(Time begun_at);

// Makes the folder (0700) if absent, but not the one above it: a disk that is not mounted is not to be taken
// for an empty one. Throws std::runtime_error.
void make_backup_folder(const std::string& folder);

// The first second from `as_of` on whose name is free: of that second there may be one already.
[[nodiscard]] Time free_backup_time(const std::string& folder, Time as_of);

// Removes the oldest beyond `keep`, but never `made`, whatever the clock says: what bears a time later than
// `now` was made while a clock ran ahead, nobody knows when, and goes first. What cannot be removed is
// logged.
void remove_oldest_backups(const std::string& folder, std::size_t keep, const BackupFile& made, Time now);

// Removes what a process that died left of a copy in there. What cannot be removed stays.
void remove_unfinished_backups(const std::string& folder);

}  // namespace leadspool::upkeep
