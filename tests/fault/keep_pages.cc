// A preload library that sabotages a service: the kernel is never told to forget pages, so that what a failed
// sync left in memory goes on being believed (src/outbox/cached_pages.h).
#include <fcntl.h>

extern "C" {
int posix_fadvise(int, off_t, off_t, int) noexcept { return 0; }
int posix_fadvise64(int, off64_t, off64_t, int) noexcept { return 0; }
}
