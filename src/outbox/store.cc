#include "outbox/store.h"

#include <cerrno>
#include <cstring>

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "outbox/connection.h"
#include "outbox/schema.h"
#include "outbox/store_files.h"

namespace leadspool::outbox {
namespace {

std::string why() { return std::strerror(errno); }

}  // namespace

StoreLock::StoreLock(const std::string& store_path) {
  const std::string path = store_path + ".lock";
  // No link is followed: root writes into it, too, in a folder that is another user's.
  fd_ = open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd_ < 0) {
    throw StoreError("cannot open the lock file " + path + ": " + why() +
                     "; check that the store's folder exists and that this user may write there");
  }
  give_to_owner_of_folder(path);
  if (flock(fd_, LOCK_EX | LOCK_NB) != 0) {
    char holder[24] = {};
    const ssize_t size = pread(fd_, holder, sizeof holder - 1, 0);
    close(fd_);
    const std::string pid = size > 0 ? std::string(holder, strcspn(holder, "\n")) : "unknown";
    throw StoreLocked("the store " + store_path + " is in use by another Leadspool process (pid " + pid +
                      "); stop that one, or give this one another [store] path");
  }
  const std::string pid = std::to_string(getpid()) + "\n";
  // Only tells a person who holds the lock; the lock itself does not depend on it.
  if (ftruncate(fd_, 0) == 0) {
    [[maybe_unused]] const ssize_t written = pwrite(fd_, pid.data(), pid.size(), 0);
  }
}

StoreLock::~StoreLock() { close(fd_); }

int stored_schema_version(const std::string& store_path) {
  Connection connection(store_path, Connection::Mode::read_only);
  try {
    const int version = read_version(connection.database(), store_path);
    refuse_newer(version, store_path);
    return version;
  } catch (const SQLite::Exception& failure) {
    throw StoreError("cannot read the store " + store_path + ": " + failure.what());
  }
}

}  // namespace leadspool::outbox
