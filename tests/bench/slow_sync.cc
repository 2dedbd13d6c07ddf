// Preloaded (LD_PRELOAD) into a server, makes every sync of a file slower, as a disk without a write cache
// is: LEADSPOOL_SYNC_DELAY_MS milliseconds are added to each fsync() and fdatasync(), 5 by default.
#include <cstdlib>
#include <ctime>

#include <dlfcn.h>

namespace {

using Sync = int(int);

Sync* next(const char* name) { return reinterpret_cast<Sync*>(dlsym(RTLD_NEXT, name)); }

long delay_ms() {
  const char* const given = std::getenv("LEADSPOOL_SYNC_DELAY_MS");
  return given != nullptr ? std::atol(given) : 5;
}

void delay() {
  static const long ms = delay_ms();
  const timespec span{ms / 1000, ms % 1000 * 1'000'000};
  nanosleep(&span, nullptr);
}

}  // namespace

extern "C" int fsync(int fd) {
  static Sync* const real = next("fsync");
  delay();
  return real(fd);
}

extern "C" int fdatasync(int fd) {
  static Sync* const real = next("fdatasync");
  delay();
  return real(fd);
}
