// What kind of file system a folder is on, as far as it matters for a store.
//
// Thread-safety: pure but for the looking.
#pragma once

#include <string>

namespace leadspool::app {

enum class FileSystemKind { local, memory, network, foreign };

struct FileSystem {
  FileSystemKind kind = FileSystemKind::local;
  std::string name;         // "nfs"; empty for a local one
  std::string mount_point;  // what `mount -o remount` takes
};

[[nodiscard]] FileSystem file_system_of(const std::string& folder);

// Whether two existing files are on one disk.
[[nodiscard]] bool on_one_disk(const std::string& one, const std::string& other);

}  // namespace leadspool::app
