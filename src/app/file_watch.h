// Notices when files are replaced, rewritten, or given other rights.
//
// Thread-safety: none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace leadspool::app {

class FileWatch {
 public:
  // Links are followed: a link that points elsewhere is a change.
  explicit FileWatch(std::vector<std::string> paths);

  // Whether any of them is another than when last asked, or than at construction; a file that has gone or
  // come counts.
  [[nodiscard]] bool changed();

 private:
  // Of one file; all zero when there is none.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;  // its rights or owner, too
    bool operator==(const Stamp&) const = default;
  };
  [[nodiscard]] static Stamp stamp_of(const std::string& path);
  [[nodiscard]] std::vector<Stamp> stamps() const;

  std::vector<std::string> paths_;
  std::vector<Stamp> last_;
};

}  // namespace leadspool::app
