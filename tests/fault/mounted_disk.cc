#include "fault/mounted_disk.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <unistd.h>

#include "support/process.h"

namespace leadspool::test {
namespace {

constexpr const char* kFiller = "filler";

}  // namespace

std::unique_ptr<MountedDisk> MountedDisk::in_memory(int mib) {
  std::unique_ptr<MountedDisk> disk(new MountedDisk);
  disk->what_ = {"-t", "tmpfs", "-o", "size=" + std::to_string(mib) + "m,mode=0700", "tmpfs"};
  return disk->mount() ? std::move(disk) : nullptr;
}

std::unique_ptr<MountedDisk> MountedDisk::in_image(const std::string& image, int mib) {
  std::ofstream(image).close();
  std::filesystem::resize_file(image, static_cast<std::uintmax_t>(mib) << 20);
  // Without a journal of its own, whose failing would make the whole file system read-only.
  if (run({"/sbin/mkfs.ext4", "-q", "-F", "-O", "^has_journal", image}).code != 0) return nullptr;
  auto attached = run({"/sbin/losetup", "--find", "--show", image});
  if (attached.code != 0) return nullptr;
  attached.out.pop_back();
  std::unique_ptr<MountedDisk> disk(new MountedDisk);
  disk->loop_device_ = attached.out;
  disk->what_ = {"-o", "errors=continue", disk->loop_device_};
  // The kernel's loop device calls a write done of which only a first part found room. One page cannot be
  // parted.
  std::ofstream limit("/sys/block/" + disk->loop_device_.substr(5) + "/queue/max_sectors_kb");
  if (!(limit << 4 << std::flush)) return nullptr;
  return disk->mount() ? std::move(disk) : nullptr;
}

bool MountedDisk::mount() const {
  std::vector<std::string> words{"/bin/mount"};
  words.insert(words.end(), what_.begin(), what_.end());
  words.push_back(path());
  return run(words).code == 0;
}

MountedDisk::~MountedDisk() {
  (void)run({"/bin/umount", path()});
  if (!loop_device_.empty()) (void)run({"/sbin/losetup", "--detach", loop_device_});
}

void MountedDisk::remount() const {
  if (run({"/bin/umount", path()}).code != 0 || !mount()) {
    throw std::runtime_error("cannot mount " + path() + " anew");
  }
}

void MountedDisk::fill_up(std::int64_t kib_left) const {
  const int fd = open(file(kFiller).c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
  const std::string kib(1024, 'x');
  while (static_cast<std::int64_t>(std::filesystem::space(path()).available) > kib_left * 1024) {
    if (write(fd, kib.data(), kib.size()) < 0) break;
  }
  close(fd);
}

void MountedDisk::make_room() const { std::filesystem::remove(file(kFiller)); }

}  // namespace leadspool::test
