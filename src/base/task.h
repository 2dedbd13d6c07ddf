// Task<T>: a coroutine that runs on the thread that started it. It lets a delivery be written as straight
// lines (token, request, second request, commit) while one thread carries hundreds of them.
//
// A task is lazy: it starts when awaited, or by start(). The Task object owns the coroutine; destroying it
// before it ended destroys the coroutine where it waits, so whatever would resume it must have been told
// to forget it first.
//
// Thread-safety: none; a task and all that resumes it live on one thread.
// Errors: an exception leaves through co_await, or through result() for a started task.
#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "base/check.h"

namespace leadspool {

template <typename T = void>
class [[nodiscard]] Task;

namespace task_detail {

// void has no value to hold.
template <typename T>
using Held = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <typename T>
struct PromiseBase {
  std::coroutine_handle<> continuation;
  std::function<void()> on_end;
  std::variant<std::monostate, Held<T>, std::exception_ptr> result;

  std::suspend_always initial_suspend() noexcept { return {}; }

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> self) noexcept {
      auto& promise = self.promise();
      if (promise.on_end) promise.on_end();
      return promise.continuation ? promise.continuation : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };
  FinalAwaiter final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { result.template emplace<2>(std::current_exception()); }
};

template <typename T>
struct Promise : PromiseBase<T> {
  Task<T> get_return_object();
  template <typename U>
  void return_value(U&& value) {
    this->result.template emplace<1>(std::forward<U>(value));
  }
};

template <>
struct Promise<void> : PromiseBase<void> {
  Task<void> get_return_object();
  void return_void() { this->result.template emplace<1>(); }
};

}  // namespace task_detail

template <typename T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;

  explicit Task(std::coroutine_handle<promise_type> coroutine) : coroutine_(coroutine) {}
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(coroutine_, other.coroutine_);
    return *this;
  }
  ~Task() {
    if (coroutine_) coroutine_.destroy();
  }

  // Runs until the first wait. `on_end` is called once, when the coroutine has ended; it must not destroy
  // the task from inside that call.
  void start(std::function<void()> on_end = nullptr) {
    coroutine_.promise().on_end = std::move(on_end);
    coroutine_.resume();
  }

  [[nodiscard]] bool ended() const { return coroutine_.done(); }

  // The value of an ended task; throws what the coroutine threw.
  T result() {
    auto& result = coroutine_.promise().result;
    if (auto* failure = std::get_if<2>(&result)) std::rethrow_exception(*failure);
    CHECK(result.index() == 1);
    if constexpr (!std::is_void_v<T>) return std::move(std::get<1>(result));
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
    coroutine_.promise().continuation = awaiting;
    return coroutine_;
  }
  T await_resume() { return result(); }

 private:
  std::coroutine_handle<promise_type> coroutine_;
};

template <typename T>
Task<T> task_detail::Promise<T>::get_return_object() {
  return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}

inline Task<void> task_detail::Promise<void>::get_return_object() {
  return Task<void>{std::coroutine_handle<Promise<void>>::from_promise(*this)};
}

// Turns "call me back" into "wait here": begin(done) must lead to exactly one done(value), on this thread,
// at once or later.
template <typename T>
class Callback {
 public:
  using Begin = std::function<void(std::function<void(T)> done)>;

  explicit Callback(Begin begin) : begin_(std::move(begin)) {}

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiting) {
    begin_([this, waiting](T value) {
      value_.emplace(std::move(value));
      if (suspended_) waiting.resume();
    });
    suspended_ = true;
    return !value_.has_value();
  }
  T await_resume() { return std::move(*value_); }

 private:
  Begin begin_;
  std::optional<T> value_;
  bool suspended_ = false;
};

}  // namespace leadspool
