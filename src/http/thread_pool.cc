#include "http/thread_pool.h"

#include <system_error>
#include <utility>

namespace leadspool::http {

ThreadPool::ThreadPool(std::function<std::size_t()> most_at_once, std::chrono::milliseconds idle_time)
    : most_at_once_(std::move(most_at_once)), idle_time_(idle_time) {}

ThreadPool::~ThreadPool() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return threads_.empty(); });
  lock.unlock();
  join_ended();
}

bool ThreadPool::try_run(std::function<void()>& work) {
  join_ended();
  const std::lock_guard lock(mutex_);
  // Not the number of threads: after the limit has fallen, more may be left than are to be used.
  if (threads_.size() - free_ + waiting_.size() >= most_at_once_()) return false;
  if (waiting_.size() >= free_ && !add_thread()) return false;
  waiting_.push_back(std::move(work));
  changed_.notify_one();
  return true;
}

void ThreadPool::run_later(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  // Whether there is a thread for it now does not matter; one that is taken comes back.
  if (waiting_.size() >= free_) static_cast<void>(add_thread());
  waiting_.push_back(std::move(work));
  changed_.notify_one();
}

// Called with mutex_ held.
bool ThreadPool::add_thread() {
  if (threads_.size() >= most_at_once_()) return false;
  const auto self = threads_.emplace(threads_.end());
  try {
    *self = std::thread([this, self] { work_until_idle(self); });
  } catch (const std::system_error&) {
    // The system has no more threads to give: to our caller the same as having reached our own limit.
    threads_.erase(self);
    return false;
  }
  ++free_;
  return true;
}

std::size_t ThreadPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void ThreadPool::work_until_idle(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  while (changed_.wait_for(lock, idle_time_, [&] { return stopping_ || !waiting_.empty(); })) {
    if (waiting_.empty()) break;
    auto work = std::move(waiting_.front());
    waiting_.pop_front();
    --free_;
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
    ++free_;
  }
  --free_;
  ended_.splice(ended_.end(), threads_, self);
  changed_.notify_all();
}

void ThreadPool::join_ended() {
  Threads ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (auto& thread : ended) thread.join();
}

}  // namespace leadspool::http
