// A value that is read by many threads and replaced as a whole, as settings are on a reload.
//
// Thread-safety: any thread. Whoever holds what get() gave keeps that value, whatever takes its place.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace leadspool {

template <typename Value>
class Current {
 public:
  explicit Current(Value value) : value_(std::make_shared<const Value>(std::move(value))) {}

  [[nodiscard]] std::shared_ptr<const Value> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  void set(Value value) {
    auto next = std::make_shared<const Value>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_.swap(next);  // the old one is destroyed after the lock, if by us at all
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Value> value_;  // guarded by mutex_
};

}  // namespace leadspool
