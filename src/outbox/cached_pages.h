// What the kernel keeps in memory of a store's files, and how to make it forget that.
//
// After a write-back error the kernel takes the pages that it could not write for clean: reading still shows
// them, a second sync says that all is well, and the disk holds something else. ext4 goes further: a page
// written again over one whose first write failed can be lost although its sync succeeds, for the block stays
// marked as never written. Dropped pages are read anew, and written anew as if for the first time.
//
// Thread-safety: one thread. Errors: none; what cannot be dropped stays.
#pragma once

#include <string>

namespace leadspool::outbox {

class CachedPages {
 public:
  // Of the store at `path` and its log. Keeps the store's file open: closing it, anywhere in a process, would
  // drop the locks that SQLite holds on it.
  explicit CachedPages(const std::string& path);
  ~CachedPages();
  CachedPages(const CachedPages&) = delete;
  CachedPages& operator=(const CachedPages&) = delete;

  void drop() const;

 private:
  const std::string log_path_;
  const int store_fd_;
};

}  // namespace leadspool::outbox
