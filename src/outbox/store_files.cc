#include "outbox/store_files.h"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "outbox/store.h"

namespace leadspool::outbox {
namespace {

std::string why() { return std::strerror(errno); }

// A descriptor that is closed at the end of its scope; `fd` below 0: it could not be opened.
class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (fd_ >= 0) close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  const int fd_;
};

void sync(const std::string& path, int flags) {
  const File file(path, flags);
  if (!file.is_open()) throw StoreError("cannot open " + path + ": " + why());
  if (fsync(file.fd()) != 0) throw StoreError("cannot sync " + path + " to its disk: " + why());
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

bool make_private_file(const std::string& path) {
  const File file(path, O_CREAT | O_EXCL | O_RDWR, 0600);
  if (!file.is_open()) {
    if (errno == EEXIST) return false;
    throw StoreError("cannot create " + path + ": " + why() +
                     "; check that its folder exists and that this user may write there");
  }
  give_to_owner_of_folder(path);
  return true;
}

void give_to_owner_of_folder(const std::string& path) {
  if (geteuid() != 0) return;
  struct stat folder{};
  struct stat status{};
  // By a descriptor: the folder's owner could put another file in its place meanwhile. One for the path alone
  // leaves SQLite's locks in peace.
  const File file(path, O_PATH | O_NOFOLLOW);
  if (!file.is_open() || fstat(file.fd(), &status) != 0 || stat(folder_of(path).c_str(), &folder) != 0)
    return;
  const bool is_single = S_ISDIR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_nlink == 1);
  if (status.st_uid != 0 || folder.st_uid == 0 || !is_single) return;
  if (fchownat(file.fd(), "", folder.st_uid, folder.st_gid, AT_EMPTY_PATH) != 0) {
    log_warn("file_stays_with_root",
             {{"path", path}, {"why", why()}, {"consequence", "the service may not be able to open it"}});
  }
}

void sync_file(const std::string& path) { sync(path, O_RDONLY); }

void sync_folder(const std::string& folder) { sync(folder, O_RDONLY | O_DIRECTORY); }

void remove_database(const std::string& path) noexcept {
  for (const char* end : {"", "-wal", "-shm", "-journal"}) unlink((path + end).c_str());
}

}  // namespace leadspool::outbox
