// What a disk can hold after the power failed, rebuilt from a log of what a program did to it (disk_log.h).
//
// What was synced is there. Of what was written since, each 512-byte sector holds any of the contents it had
// since its file was last synced, whatever the order of writing and the other sectors and files; a file's
// length is any it had since then; an entry of the folder that was made or removed since the folder was last
// synced may be there or not. Sectors within a file that were never written hold zeros or old rubbish.
//
// Thread-safety: one thread each.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "fault/disk_log.h"

namespace leadspool::test {

struct Record {
  RecordKind kind;
  std::uint32_t file;
  std::uint64_t offset;
  std::string bytes;
};

[[nodiscard]] std::vector<Record> read_disk_log(const std::string& path);

// Which of the unsynced sectors made it.
enum class Loss {
  nothing_arrived,
  everything_arrived,
  any_sectors,
  in_order,       // all up to some write, which is torn
  only_the_last,  // write
  all_but_one,    // sector
  only_one_file,
};
inline constexpr int kLosses = 7;

// Content by name.
using Files = std::map<std::string, std::string>;

class CrashedDisk {
 public:
  // Takes the log's next record. With `ignore_syncs` it is a disk that forgets to sync, for showing that this
  // is found out.
  explicit CrashedDisk(bool ignore_syncs = false) : ignore_syncs_(ignore_syncs) {}
  void apply(const Record& record);

  [[nodiscard]] Files after(Loss loss, std::uint64_t seed) const;

  // All that was acknowledged so far.
  [[nodiscard]] const std::string& acknowledged() const { return acknowledged_; }

 private:
  struct Unsynced {
    std::uint64_t record;  // its place in the log
    bool is_resize;
    std::uint64_t offset;  // of a resize: the new length
    std::string bytes;
  };
  struct File {
    std::string synced;
    std::vector<Unsynced> unsynced;
  };
  struct Entry {
    std::uint32_t synced = 0;                                       // 0: none
    std::vector<std::pair<std::uint64_t, std::uint32_t>> unsynced;  // the place in the log, and the file
  };
  class Chance;

  void sync_file(File& file, std::uint64_t covered);
  void sync_folder(std::uint64_t covered);
  [[nodiscard]] std::string content_after(const File& file, const Chance& chance,
                                          std::mt19937_64& dice) const;

  const bool ignore_syncs_;
  std::uint64_t records_ = 0;
  std::map<std::uint32_t, File> files_;
  std::map<std::string, Entry> entries_;
  std::string acknowledged_;
};

}  // namespace leadspool::test
