#include "app/file_watch.h"

#include <utility>

#include <sys/stat.h>

namespace leadspool::app {
namespace {

std::int64_t to_ns(const timespec& time) { return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec; }

}  // namespace

FileWatch::FileWatch(std::vector<std::string> paths) : paths_(std::move(paths)), last_(stamps()) {}

bool FileWatch::changed() {
  auto now = stamps();
  return std::exchange(last_, now) != now;
}

FileWatch::Stamp FileWatch::stamp_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino, status.st_size, to_ns(status.st_mtim), to_ns(status.st_ctim)};
}

std::vector<FileWatch::Stamp> FileWatch::stamps() const {
  std::vector<Stamp> all;
  for (const auto& path : paths_) all.push_back(stamp_of(path));
  return all;
}

}  // namespace leadspool::app
