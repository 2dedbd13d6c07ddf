// What the worker's thread waits for besides the network: results that other threads hand over, and moments.
//
// Thread-safety: what forward() returned may be called from any thread, also after the inbox is gone;
// everything else is the worker's.
// Lifetime: the wake signal outlives every thread that may still hand something over; the clock the inbox.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/task.h"
#include "base/wake_signal.h"
#include "outbox/committer.h"

namespace leadspool::delivery {

class Inbox {
 public:
  Inbox(WakeSignal& wake, const Clock& clock) : shared_(std::make_shared<Shared>(wake)), clock_(clock) {}
  ~Inbox() { forget_all(); }
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  // A function for another thread to call with a result; `done` then runs in the next run_all().
  template <typename Value>
  [[nodiscard]] auto forward(std::function<void(Value)> done) {
    return [shared = shared_, done = std::move(done)](Value value) {
      shared->post([done, value = std::move(value)]() mutable { done(std::move(value)); });
    };
  }

  // Waits, without blocking the thread.
  [[nodiscard]] Task<void> pause(Milliseconds span);

  // Repeats a change that has no answer but success until the store takes it, a second apart.
  using Change = std::function<void(std::function<void(const outbox::CommitResult&)> done)>;
  [[nodiscard]] Task<void> until_stored(Change change);

  // Runs what was handed over, in that order, and what has come due.
  void run_all();

  // How long until there is something to run: zero if there is, nullopt if nothing waits.
  [[nodiscard]] std::optional<Milliseconds> until_next() const;

  // Drops all that waits, and all that is handed over from now on.
  void forget_all();

 private:
  using Call = std::function<void()>;

  // Lives as long as any thread still has a result to hand over.
  class Shared {
   public:
    explicit Shared(WakeSignal& wake) : wake_(wake) {}
    void post(Call call);
    std::vector<Call> take();
    bool empty();
    void close();

   private:
    WakeSignal& wake_;
    std::mutex mutex_;
    std::vector<Call> calls_;  // guarded by mutex_
    bool closed_ = false;      // guarded by mutex_
  };

  std::shared_ptr<Shared> shared_;
  const Clock& clock_;
  std::multimap<SteadyTime, Call> later_;
};

}  // namespace leadspool::delivery
