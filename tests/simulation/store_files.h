// The store's files of a simulated run, in memory where the machine lets us: a crash is a copy of them.
//
// Thread-safety: none.
#pragma once

#include <filesystem>
#include <string>

namespace leadspool::simulation {

class StoreFiles {
 public:
  // In a folder of its own, under /dev/shm if that can be written.
  StoreFiles();
  ~StoreFiles();
  StoreFiles(const StoreFiles&) = delete;
  StoreFiles& operator=(const StoreFiles&) = delete;

  // A new, migrated store; its path.
  [[nodiscard]] std::string fresh();

  // What a crash at this moment leaves of the store at `path`: the file and its log, without what was only
  // in memory; the copy's path.
  [[nodiscard]] std::string image(const std::string& path);

  void remove(const std::string& path);

 private:
  [[nodiscard]] std::string next_path();

  std::filesystem::path folder_;
  std::string empty_;  // migrated once, and copied for each run
  int count_ = 0;
};

}  // namespace leadspool::simulation
