// A preload library that makes a disk hang: while the file named by LEADSPOOL_HUNG_DISK exists, no sync
// returns.
#include <cstdlib>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

void hang() {
  const char* sign = std::getenv("LEADSPOOL_HUNG_DISK");
  while (sign != nullptr && access(sign, F_OK) == 0) usleep(10'000);
}

}  // namespace

extern "C" {
int fsync(int file) {
  hang();
  return static_cast<int>(syscall(SYS_fsync, file));
}
int fdatasync(int file) {
  hang();
  return static_cast<int>(syscall(SYS_fdatasync, file));
}
}
