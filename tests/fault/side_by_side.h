// Runs many independent trials, two at a time, and gathers what went wrong.
#pragma once

#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace leadspool::test {

// `trial(number)` for 0 to `count` - 1 returns what is wrong; an exception counts as that too.
template <typename Trial>
std::vector<std::string> run_side_by_side(int count, Trial trial) {
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::vector<std::string> wrong;
  const auto work = [&] {
    for (int number = next++; number < count; number = next++) {
      std::vector<std::string> found;
      try {
        found = trial(number);
      } catch (const std::exception& failure) {
        found.emplace_back(failure.what());
      }
      const std::lock_guard lock(mutex);
      for (auto& text : found) wrong.push_back("trial " + std::to_string(number) + ": " + text);
    }
  };
  std::thread other(work);
  work();
  other.join();
  return wrong;
}

}  // namespace leadspool::test
