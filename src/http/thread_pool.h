// Threads that come on demand, up to a limit that may change, and go when nothing asked for them for a while.
//
// Thread-safety: any thread, except the destructor.
// Ownership: the destructor waits until all work is done.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace leadspool::http {

class ThreadPool {
 public:
  // `most_at_once` is asked before work is taken on.
  ThreadPool(std::function<std::size_t()> most_at_once, std::chrono::milliseconds idle_time);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Runs `work`, which must not throw, at once; false, with nothing done, when every thread is taken.
  [[nodiscard]] bool try_run(std::function<void()>& work);

  // Runs `work` when a thread becomes free.
  void run_later(std::function<void()> work);

  // How much was handed over and has not begun.
  [[nodiscard]] std::size_t waiting() const;

 private:
  using Threads = std::list<std::thread>;

  [[nodiscard]] bool add_thread();
  void work_until_idle(Threads::iterator self);
  void join_ended();

  const std::function<std::size_t()> most_at_once_;
  const std::chrono::milliseconds idle_time_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::function<void()>> waiting_;
  Threads threads_;
  Threads ended_;  // left their loop; to be joined
  std::size_t free_ = 0;
  bool stopping_ = false;
};

}  // namespace leadspool::http
