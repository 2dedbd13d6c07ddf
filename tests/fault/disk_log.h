// The form of the log that disk_log.cc writes and crashed_disk.cc reads: what a program did to the files of
// one folder, and what it acknowledged, in one order.
//
// Each record is a RecordHead and `size` bytes. A sync is logged when it has ended and covers what was logged
// before it began; an acknowledgement is logged when it was given.
#pragma once

#include <cstdint>

namespace leadspool::test {

enum class RecordKind : std::uint32_t {
  created,        // an entry of the folder; the bytes are its name
  removed,        // likewise
  written,        // the bytes, at `offset`
  resized,        // to `offset` bytes
  synced,         // `offset` is the number of records that the sync covers
  folder_synced,  // likewise, of the folder's entries
  acknowledged,   // the bytes are what was told
};

struct RecordHead {
  RecordKind kind;
  std::uint32_t file;  // a number of its own for each file ever created; 0 where there is none
  std::uint64_t offset;
  std::uint64_t size;
};

// The environment of the program under watch.
inline constexpr const char* kLogVariable = "LEADSPOOL_DISK_LOG";            // where the log goes
inline constexpr const char* kFolderVariable = "LEADSPOOL_DISK_LOG_FOLDER";  // absolute, without links
inline constexpr const char* kAcknowledgedVariable =
    "LEADSPOOL_DISK_LOG_ACKS";  // the file told what is acknowledged

}  // namespace leadspool::test
