#include "outbox/cached_pages.h"

#include <fcntl.h>
#include <unistd.h>

namespace leadspool::outbox {
namespace {

int open_to_read(const std::string& path) { return open(path.c_str(), O_RDONLY | O_CLOEXEC); }

void drop_clean_pages(int fd) { posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED); }

}  // namespace

CachedPages::CachedPages(const std::string& path) : log_path_(path + "-wal"), store_fd_(open_to_read(path)) {}

CachedPages::~CachedPages() {
  if (store_fd_ >= 0) close(store_fd_);
}

void CachedPages::drop() const {
  drop_clean_pages(store_fd_);
  // SQLite holds no locks on the log.
  const int log_fd = open_to_read(log_path_);
  if (log_fd < 0) return;
  drop_clean_pages(log_fd);
  close(log_fd);
}

}  // namespace leadspool::outbox
