#include "app/file_system.h"

#include <cstdint>
#include <filesystem>

#include <sys/stat.h>
#include <sys/vfs.h>

namespace leadspool::app {
namespace {

struct KnownKind {
  std::uint32_t magic;
  FileSystemKind kind;
  const char* name;
};

// The numbers are the kernel's (linux/magic.h, and the sources of those that it does not list).
constexpr KnownKind kKinds[] = {
    {0x01021994, FileSystemKind::memory, "tmpfs"},  {0x858458f6, FileSystemKind::memory, "ramfs"},
    {0x00006969, FileSystemKind::network, "nfs"},   {0xff534d42, FileSystemKind::network, "cifs"},
    {0xfe534d42, FileSystemKind::network, "smb"},   {0x0000517b, FileSystemKind::network, "smb"},
    {0x00c36400, FileSystemKind::network, "ceph"},  {0x5346414f, FileSystemKind::network, "afs"},
    {0x65735546, FileSystemKind::foreign, "fuse"},  {0x01021997, FileSystemKind::foreign, "9p"},
    {0x00004d44, FileSystemKind::foreign, "vfat"},  {0x2011bab0, FileSystemKind::foreign, "exfat"},
    {0x786f4256, FileSystemKind::foreign, "vboxsf"}};

dev_t device_of(const std::filesystem::path& path) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 ? status.st_dev : 0;
}

std::string mount_point_of(const std::string& folder) {
  std::error_code failure;
  auto at = std::filesystem::canonical(folder, failure);
  if (failure) return folder;
  while (at.has_relative_path() && device_of(at.parent_path()) == device_of(at)) at = at.parent_path();
  return at.string();
}

}  // namespace

FileSystem file_system_of(const std::string& folder) {
  FileSystem found;
  found.mount_point = mount_point_of(folder);
  struct statfs status{};
  if (statfs(folder.c_str(), &status) != 0) return found;
  for (const auto& each : kKinds) {
    if (static_cast<std::uint32_t>(status.f_type) != each.magic) continue;
    found.kind = each.kind;
    found.name = each.name;
  }
  return found;
}

bool on_one_disk(const std::string& one, const std::string& other) {
  return device_of(one) == device_of(other);
}

}  // namespace leadspool::app
