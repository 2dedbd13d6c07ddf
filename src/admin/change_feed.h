// The last changes of the store, numbered, for those who show it live: each reads on from where it was, and
// is told when it was too slow for that.
//
// Numbers grow by one with each change; the first is the constructor's. If that is later than any number of a
// feed before, as a wall clock's is, readers of that one are told that they missed something.
//
// Thread-safety: any thread. add() waits for nobody: it holds a lock that readers hold while they copy a
// portion. Ownership: readers must be gone before the feed is.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "outbox/stored_change.h"

namespace leadspool::admin {

struct FeedOptions {
  std::uint64_t first_number = 1;
  std::size_t most_kept = 1'000;
  std::size_t most_readers = 32;
  // After a portion a reader rests so long, so that a burst of changes wakes nobody for each of them.
  std::chrono::milliseconds rest{100};
  // How long a reader hears nothing at most before it says so: something in between must not take the
  // connection for dead.
  std::chrono::milliseconds longest_quiet{15'000};
};

// What a reader gets at a time.
struct FeedPortion {
  std::vector<outbox::StoredChange> changes;  // at most a few hundred
  std::uint64_t last_number = 0;              // of these changes, or from where it goes on without any
  bool missed = false;                        // changes before these are gone
  bool ended = false;                         // there will be no more
};

class ChangeFeed {
 public:
  class Reader;

  explicit ChangeFeed(FeedOptions options) : options_(options), next_number_(options.first_number) {}
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  void add(const std::vector<outbox::StoredChange>& changes);

  // From after `number` on, or from now on. nullptr: there are as many readers as there may be.
  [[nodiscard]] std::unique_ptr<Reader> read(std::optional<std::uint64_t> after);

  // Ends the readers there are; others may come.
  void end_readers();
  // Ends all, and those to come.
  void close();

  [[nodiscard]] const FeedOptions& options() const { return options_; }

 private:
  [[nodiscard]] bool is_over(std::uint64_t generation) const { return closed_ || generation != generation_; }

  const FeedOptions options_;

  std::mutex mutex_;
  std::condition_variable more_;
  std::condition_variable over_;
  // Guarded by mutex_.
  std::deque<outbox::StoredChange> kept_;  // the last has the number before next_number_
  std::uint64_t next_number_;
  std::size_t readers_ = 0;
  std::uint64_t generation_ = 0;  // of readers; all of an older one are to end
  bool closed_ = false;
};

// One reader's place. Thread-safety: one thread.
class ChangeFeed::Reader {
 public:
  Reader(ChangeFeed& feed, std::uint64_t after, std::uint64_t generation)
      : feed_(feed), after_(after), generation_(generation) {}
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // What came since the last one; waits at most `longest` for something to come.
  [[nodiscard]] FeedPortion next(std::chrono::milliseconds longest);

 private:
  ChangeFeed& feed_;
  std::uint64_t after_;  // what was read
  const std::uint64_t generation_;
  bool rested_ = true;
};

}  // namespace leadspool::admin
