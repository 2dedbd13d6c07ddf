// A preload library that writes down what a program does to the files of one folder (disk_log.h).
//
// It stands in for the C library's calls by which SQLite and the store reach the disk, makes the same system
// calls itself, and logs those that succeeded. Left out are files ending in -shm: shared memory, which no
// power loss leaves behind.
//
// Thread-safety: all calls; the log has one order. No lock is held during a sync, so that it holds up no
// acknowledgement.
#include "fault/disk_log.h"

#include <cstdarg>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

using leadspool::test::RecordHead;
using leadspool::test::RecordKind;

constexpr std::uint32_t kFolder = UINT32_MAX;
constexpr std::uint32_t kAcknowledgements = UINT32_MAX - 1;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

class DiskLog {
 public:
  DiskLog()
      : folder_(variable(leadspool::test::kFolderVariable)),
        acknowledgements_(variable(leadspool::test::kAcknowledgedVariable)),
        log_fd_(
            static_cast<int>(syscall(SYS_openat, AT_FDCWD, variable(leadspool::test::kLogVariable).c_str(),
                                     O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600))) {
    if (log_fd_ < 0) abort();
  }

  int open(const char* path, int flags, mode_t mode) {
    const std::lock_guard lock(mutex_);
    const bool is_new = (flags & O_CREAT) != 0 && syscall(SYS_faccessat, AT_FDCWD, path, F_OK) != 0;
    const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
    if (fd < 0) return fd;
    const std::string text = path;
    const std::string name = name_in_folder(text);
    if (text == folder_) {
      files_by_fd_[fd] = kFolder;
    } else if (text == acknowledgements_) {
      files_by_fd_[fd] = kAcknowledgements;
    } else if (!name.empty()) {
      if (is_new) {
        files_by_name_[name] = ++last_file_;
        append(RecordKind::created, last_file_, 0, name.data(), name.size());
      }
      files_by_fd_[fd] = files_by_name_[name];
    }
    return fd;
  }

  int close(int fd) {
    const std::lock_guard lock(mutex_);
    files_by_fd_.erase(fd);
    return static_cast<int>(syscall(SYS_close, fd));
  }

  int unlink(const char* path) {
    const std::lock_guard lock(mutex_);
    const int result = static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
    const std::string name = name_in_folder(path);
    if (result == 0 && !name.empty()) {
      append(RecordKind::removed, files_by_name_[name], 0, name.data(), name.size());
      files_by_name_.erase(name);
    }
    return result;
  }

  ssize_t write_at(int fd, const void* bytes, std::size_t size, off_t offset) {
    const std::lock_guard lock(mutex_);
    const ssize_t done = syscall(SYS_pwrite64, fd, bytes, size, offset);
    const auto file = file_of(fd);
    if (done > 0 && file != 0) {
      append(RecordKind::written, file, static_cast<std::uint64_t>(offset), bytes,
             static_cast<std::size_t>(done));
    }
    return done;
  }

  ssize_t write(int fd, const void* bytes, std::size_t size) {
    const std::lock_guard lock(mutex_);
    const auto file = file_of(fd);
    if (file == kAcknowledgements) append(RecordKind::acknowledged, 0, 0, bytes, size);
    // The store writes at offsets only; should that change, the log has to learn it.
    if (file != kAcknowledgements && file != 0) abort();
    return syscall(SYS_write, fd, bytes, size);
  }

  int resize(int fd, off_t size) {
    const std::lock_guard lock(mutex_);
    const int result = static_cast<int>(syscall(SYS_ftruncate, fd, size));
    const auto file = file_of(fd);
    if (result == 0 && file != 0) append(RecordKind::resized, file, static_cast<std::uint64_t>(size), "", 0);
    return result;
  }

  int sync(long call, int fd) {
    std::uint64_t covered;
    {
      const std::lock_guard lock(mutex_);
      covered = records_;
    }
    const int result = static_cast<int>(syscall(call, fd));
    const std::lock_guard lock(mutex_);
    const auto file = file_of(fd);
    if (result == 0 && file == kFolder) {
      append(RecordKind::folder_synced, 0, covered, "", 0);
    } else if (result == 0 && file != 0) {
      append(RecordKind::synced, file, covered, "", 0);
    }
    return result;
  }

 private:
  // Empty for what is not logged.
  [[nodiscard]] std::string name_in_folder(const std::string& path) const {
    if (path.size() <= folder_.size() || path.compare(0, folder_.size(), folder_) != 0) return "";
    return path[folder_.size()] == '/' && !path.ends_with("-shm") ? path.substr(folder_.size() + 1) : "";
  }

  [[nodiscard]] std::uint32_t file_of(int fd) const {
    const auto found = files_by_fd_.find(fd);
    return found != files_by_fd_.end() ? found->second : 0;
  }

  void append(RecordKind kind, std::uint32_t file, std::uint64_t offset, const void* bytes,
              std::size_t size) {
    RecordHead head{kind, file, offset, size};
    const iovec parts[] = {{&head, sizeof head}, {const_cast<void*>(bytes), size}};
    if (syscall(SYS_writev, log_fd_, parts, 2) != static_cast<long>(sizeof head + size)) abort();
    ++records_;
  }

  // Constant after construction.
  const std::string folder_;
  const std::string acknowledgements_;
  const int log_fd_;

  // Guarded by mutex_.
  std::mutex mutex_;
  std::map<int, std::uint32_t> files_by_fd_;
  std::map<std::string, std::uint32_t> files_by_name_;
  std::uint32_t last_file_ = 0;
  std::uint64_t records_ = 0;
};

// Never destroyed: libraries close their files after our own destructors ran.
DiskLog& disk_log() {
  static auto* const log = new DiskLog;
  return *log;
}

int open_with_mode(const char* path, int flags, va_list& more) {
  return disk_log().open(path, flags, (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0);
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int fd = open_with_mode(path, flags, more);
  va_end(more);
  return fd;
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const int fd = open_with_mode(path, flags, more);
  va_end(more);
  return fd;
}

int close(int fd) { return disk_log().close(fd); }
int unlink(const char* path) noexcept { return disk_log().unlink(path); }
ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return disk_log().write_at(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, size_t size, off_t at) {
  return disk_log().write_at(fd, bytes, size, at);
}
ssize_t write(int fd, const void* bytes, size_t size) { return disk_log().write(fd, bytes, size); }
int ftruncate(int fd, off_t size) noexcept { return disk_log().resize(fd, size); }
int ftruncate64(int fd, off_t size) noexcept { return disk_log().resize(fd, size); }
int fsync(int fd) { return disk_log().sync(SYS_fsync, fd); }
int fdatasync(int fd) { return disk_log().sync(SYS_fdatasync, fd); }
}
