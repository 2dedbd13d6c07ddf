// How often a second the disk syncs: 4 KiB written over and over into a file of 16 MiB that has its blocks,
// each followed by fdatasync(). What one commit per lead could reach at most, by the disk alone.
//
// usage: sync_rate FOLDER
#include <chrono>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kBlocks = 4096;
constexpr std::chrono::seconds kSpan{2};

bool fill(int fd, const std::string& block) {
  for (std::size_t i = 0; i < kBlocks; ++i) {
    if (pwrite(fd, block.data(), kBlock, static_cast<off_t>(i * kBlock)) != kBlock) return false;
  }
  return fsync(fd) == 0;
}

// Negative when the disk refused one.
double rate(int fd, const std::string& block) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::size_t count = 0;
  while (Clock::now() - start < kSpan) {
    const auto at = static_cast<off_t>(count % kBlocks * kBlock);
    if (pwrite(fd, block.data(), kBlock, at) != kBlock || fdatasync(fd) != 0) return -1;
    ++count;
  }
  return static_cast<double>(count) / std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string path = std::string(argv[1]) + "/sync_rate";
  const std::string block(kBlock, 'x');
  const int fd = open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600);
  const double per_second = fd >= 0 && fill(fd, block) ? rate(fd, block) : -1;
  if (per_second < 0) std::perror(path.c_str());
  unlink(path.c_str());
  if (per_second < 0) return 1;
  std::printf("%.0f\n", per_second);
  return 0;
}
