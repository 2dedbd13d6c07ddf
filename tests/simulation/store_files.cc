#include "simulation/store_files.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "outbox/store.h"

namespace leadspool::simulation {
namespace {

std::filesystem::path quickest_folder() {
  const std::filesystem::path in_memory = "/dev/shm";
  return access(in_memory.c_str(), W_OK) == 0 ? in_memory : std::filesystem::temp_directory_path();
}

}  // namespace

StoreFiles::StoreFiles() {
  std::string pattern = quickest_folder() / "leadspool-simulation-XXXXXX";
  const char* made = mkdtemp(pattern.data());
  CHECK(made != nullptr);
  folder_ = made;
  empty_ = folder_ / "empty.db";
  outbox::migrate(empty_);
}

StoreFiles::~StoreFiles() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string StoreFiles::fresh() { return image(empty_); }

std::string StoreFiles::image(const std::string& path) {
  const std::string copy = next_path();
  // The index of the log (-shm) is left out: after a crash it is made anew from the log.
  for (const std::string part : {"", "-wal"}) {
    if (std::filesystem::exists(path + part)) std::filesystem::copy_file(path + part, copy + part);
  }
  return copy;
}

void StoreFiles::remove(const std::string& path) {
  for (const std::string part : {"", "-wal", "-shm", ".lock"}) std::filesystem::remove(path + part);
}

std::string StoreFiles::next_path() { return folder_ / ("leads-" + std::to_string(++count_) + ".db"); }

}  // namespace leadspool::simulation
