// A small disk of a test's own, to be filled up; unmounted when the test ends. Needs root.
//
// Thread-safety: one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/temporary_folder.h"

namespace leadspool::test {

class MountedDisk {
 public:
  // nullptr where this machine does not let us mount.
  static std::unique_ptr<MountedDisk> in_memory(int mib);
  // An ext4 file system in the sparse file `image`, which is made: whoever fills the disk below takes away
  // what this one believes to have.
  static std::unique_ptr<MountedDisk> in_image(const std::string& image, int mib);

  ~MountedDisk();
  MountedDisk(const MountedDisk&) = delete;
  MountedDisk& operator=(const MountedDisk&) = delete;

  [[nodiscard]] std::string path() const { return folder_.path(); }
  [[nodiscard]] std::string file(const std::string& name) const { return folder_.file(name); }

  // Fills it until only `kib` are free (0: to the last byte), and empties it again of that.
  void fill_up(std::int64_t kib_left) const;
  void make_room() const;

  // Forgets all that the kernel remembers of it. Not for one in memory, which would be empty then.
  void remount() const;

 private:
  MountedDisk() = default;
  [[nodiscard]] bool mount() const;

  TemporaryFolder folder_;
  std::vector<std::string> what_;  // the words of mount(8) before the folder
  std::string loop_device_;        // empty: none
};

}  // namespace leadspool::test
