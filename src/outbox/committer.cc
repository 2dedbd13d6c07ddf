#include "outbox/committer.h"

#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "base/log.h"
#include "base/step_watch.h"
#include "base/stopwatch.h"
#include "outbox/cached_pages.h"
#include "outbox/commit_timings.h"
#include "outbox/connection.h"
#include "outbox/store.h"

namespace leadspool::outbox {
namespace {

constexpr const char* kBegin = "BEGIN IMMEDIATE";
constexpr const char* kCommit = "COMMIT";
constexpr const char* kRollback = "ROLLBACK";
constexpr const char* kSavepoint = "SAVEPOINT change";
constexpr const char* kRelease = "RELEASE change";
constexpr const char* kRollbackToSavepoint = "ROLLBACK TO change";

// How long the thread waits before it tries again to open a store that failed.
constexpr std::chrono::milliseconds kReopenPause{250};

struct Waiting {
  Committer::Change change;
  Committer::Done done;
  bool alone = false;  // with no transaction around it, and nothing else beside it
  CommitResult result = std::nullopt;
};

// Errors after which the whole transaction is void, whatever statement showed them.
bool sinks_the_batch(const SQLite::Exception& failure) {
  switch (failure.getErrorCode()) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_BUSY:
    case SQLITE_INTERRUPT:
      return true;
    default:
      return false;
  }
}

// After these the connection is given up: what the disk said before can no longer be relied on. A full disk
// is not among them: a write that found no room left nothing half done.
bool spoils_the_connection(const SQLite::Exception& failure) {
  return sinks_the_batch(failure) && failure.getErrorCode() != SQLITE_FULL &&
         failure.getErrorCode() != SQLITE_BUSY;
}

std::string describe(const SQLite::Exception& failure) {
  return std::string(failure.what()) + " (SQLite " + std::to_string(failure.getExtendedErrorCode()) + ")";
}

void run(Connection& connection, const char* sql) { connection.use(sql)->exec(); }

}  // namespace

class Committer::Loop {
 public:
  explicit Loop(CommitterOptions options) : options_(std::move(options)), cached_pages_(options_.path) {
    connection_ = std::make_unique<Connection>(options_.path, Connection::Mode::durable_write);
    if (options_.own_thread) thread_ = std::thread([this] { work(); });
  }

  ~Loop() {
    if (thread_.joinable()) {
      {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
      }
      work_to_do_.notify_one();
      thread_.join();
    }
    if (connection_) copy_log();
  }

  void submit(Urgency urgency, Waiting wanted) {
    if (!options_.own_thread) {
      std::vector<Waiting> batch;
      batch.push_back(std::move(wanted));
      run_batch(batch);
      return;
    }
    Done refused;
    {
      const std::lock_guard lock(mutex_);
      if (urgency == Urgency::always || waiting_.size() < options_.max_waiting) {
        waiting_.push_back(std::move(wanted));
      } else {
        refused = std::move(wanted.done);
      }
    }
    if (refused) {
      refused(Failure{Failure::Kind::queue_full, "too many changes are waiting to be stored"});
    } else {
      work_to_do_.notify_one();
    }
  }

  CommitResult submit_and_wait(Urgency urgency, Waiting wanted) {
    // Not a std::latch: libstdc++'s gives the CPU away several times before it sleeps, at every lead. Shared,
    // because the committer's thread may still be inside set_value() when this one has gone on.
    const auto told = std::make_shared<std::promise<CommitResult>>();
    auto result = told->get_future();
    wanted.done = [told](const CommitResult& said) { told->set_value(said); };
    submit(urgency, std::move(wanted));
    return result.get();
  }

  void on_stored(std::function<void(const std::vector<StoredChange>&)> callback) {
    on_stored_ = std::move(callback);
  }

  std::optional<std::string> trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
  }

  Milliseconds busy_for() const { return step_.stuck_for(); }

  CommitTimings timings() const {
    auto timings = meter_.read();
    const std::lock_guard lock(mutex_);
    timings.waiting = waiting_.size();
    return timings;
  }

 private:
  void work() {
    for (;;) {
      auto batch = next_batch();
      if (batch.empty()) return;
      step_.begin();
      run_batch(batch);
      step_.end();
    }
  }

  // Blocks until there is something to commit; empty when stopping with nothing left. With a broken store it
  // wakes up on its own, to mend it even when nobody calls.
  std::vector<Waiting> next_batch() {
    std::unique_lock lock(mutex_);
    const auto ready = [this] { return !waiting_.empty() || stopping_; };
    while (!connection_ && !stopping_) {
      work_to_do_.wait_for(lock, kReopenPause, [this] { return stopping_; });
      lock.unlock();
      step_.begin();
      reopen();
      step_.end();
      lock.lock();
      if (!waiting_.empty()) break;  // answered without delay, whether it could be mended or not
    }
    work_to_do_.wait(lock, ready);

    std::vector<Waiting> batch;
    while (!waiting_.empty() && batch.size() < options_.max_batch) {
      if (waiting_.front().alone && !batch.empty()) break;
      batch.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
      if (batch.back().alone) break;
    }
    return batch;
  }

  void run_batch(std::vector<Waiting>& batch) {
    if (!connection_ && !options_.own_thread) reopen();
    if (!connection_) {
      fail_all(batch, trouble().value_or("the store is closed"));
    } else if (batch.front().alone) {
      run_alone(batch);
    } else {
      commit_together(batch);
    }
    for (auto& waiting : batch) waiting.done(waiting.result);
    if (connection_ && connection_->log_pages() >= options_.checkpoint_pages) copy_log();
  }

  void commit_together(std::vector<Waiting>& batch) {
    try {
      auto* const handle = connection_->database().getHandle();
      const auto written_before = sqlite3_total_changes64(handle);
      connection_->notes().clear();
      const Stopwatch stopwatch;
      run(*connection_, kBegin);
      for (auto& waiting : batch) apply(waiting);
      run(*connection_, kCommit);
      // A commit that wrote nothing proves nothing about the disk.
      if (sqlite3_total_changes64(handle) != written_before) {
        meter_.note(stopwatch.elapsed(), batch.size());
        note_trouble(std::nullopt);
      }
      if (on_stored_ && !connection_->notes().empty()) on_stored_(connection_->notes());
    } catch (const SQLite::Exception& failure) {
      give_up(batch, failure);
    }
  }

  void run_alone(std::vector<Waiting>& batch) {
    try {
      batch.front().change(*connection_);
    } catch (const SQLite::Exception& failure) {
      if (sinks_the_batch(failure)) {
        give_up(batch, failure);
      } else {
        batch.front().result = Failure{Failure::Kind::refused, describe(failure)};
      }
    }
  }

  // Nothing of the batch was stored.
  void give_up(std::vector<Waiting>& batch, const SQLite::Exception& failure) {
    const std::string why = describe(failure);
    fail_all(batch, why);
    note_trouble(why);
    roll_back();
    if (spoils_the_connection(failure)) {
      connection_.reset();
    } else if (connection_ && failure.getErrorCode() == SQLITE_FULL) {
      // What the log holds may find room in the file, and then the log is written from its start again.
      copy_log();
    }
  }

  // One change in its savepoint. Throws when the whole batch is void.
  void apply(Waiting& waiting) {
    run(*connection_, kSavepoint);
    const auto notes_before = connection_->notes().size();
    try {
      waiting.change(*connection_);
    } catch (const SQLite::Exception& failure) {
      if (sinks_the_batch(failure)) throw;
      run(*connection_, kRollbackToSavepoint);
      connection_->notes().resize(notes_before);
      waiting.result = Failure{Failure::Kind::refused, describe(failure)};
    }
    run(*connection_, kRelease);
  }

  void roll_back() {
    // SQLite has often rolled back by itself already.
    if (sqlite3_get_autocommit(connection_->database().getHandle()) != 0) return;
    try {
      run(*connection_, kRollback);
    } catch (const SQLite::Exception& failure) {
      connection_.reset();
    }
  }

  // Opens the store again, as the disk has it, and copies everything its log holds into the database file,
  // synced, before anything more is acknowledged: pages that a failed fsync left in memory only are
  // forgotten, and written a second time where they had been acknowledged.
  void reopen() {
    cached_pages_.drop();
    try {
      connection_ = std::make_unique<Connection>(options_.path, Connection::Mode::durable_write);
    } catch (const StoreError& failure) {
      note_trouble(failure.what());
      return;
    }
    if (checkpoint(SQLITE_CHECKPOINT_TRUNCATE) == SQLITE_OK) {
      log_info("store_reopened", {{"path", options_.path}});
      note_trouble(std::nullopt);
    } else {
      note_trouble(std::string("cannot copy the log into the store: ") +
                   sqlite3_errmsg(connection_->database().getHandle()));
      connection_.reset();
    }
  }

  // As far as readers allow. That it cannot be done is no trouble as long as commits find room.
  void copy_log() {
    const int result = checkpoint(SQLITE_CHECKPOINT_PASSIVE);
    const bool failed = result != SQLITE_OK && result != SQLITE_BUSY;
    if (failed && !log_stays_) {
      log_warn("log_not_copied", {{"why", sqlite3_errmsg(connection_->database().getHandle())}});
    }
    log_stays_ = failed;
    if ((result & 0xff) == SQLITE_IOERR) {
      note_trouble("cannot copy the log into the store: I/O error");
      connection_.reset();
    }
  }

  int checkpoint(int mode) {
    return sqlite3_wal_checkpoint_v2(connection_->database().getHandle(), "main", mode, nullptr, nullptr);
  }

  static void fail_all(std::vector<Waiting>& batch, const std::string& why) {
    for (auto& waiting : batch) waiting.result = Failure{Failure::Kind::store_down, why};
  }

  void note_trouble(std::optional<std::string> trouble) {
    {
      const std::lock_guard lock(mutex_);
      // One line when it begins and one when it ends; the text in between may change with every try.
      const bool changed = trouble_.has_value() != trouble.has_value();
      trouble_ = trouble;
      if (!changed) return;
    }
    if (trouble) {
      log_error("store_down", {{"why", *trouble}, {"path", options_.path}});
    } else {
      log_info("store_up", {{"path", options_.path}});
    }
  }

  // Constant after construction.
  const CommitterOptions options_;
  std::thread thread_;
  std::function<void(const std::vector<StoredChange>&)> on_stored_;

  // Any thread.
  CommitMeter meter_;
  SystemClock clock_;
  StepWatch step_{clock_};  // begun by the committing thread's

  // The committing thread's.
  CachedPages cached_pages_;
  std::unique_ptr<Connection> connection_;
  bool log_stays_ = false;  // the last try to copy the log failed

  // Guarded by mutex_.
  mutable std::mutex mutex_;
  std::condition_variable work_to_do_;
  std::deque<Waiting> waiting_;
  std::optional<std::string> trouble_;
  bool stopping_ = false;
};

Committer::Committer(CommitterOptions options) : loop_(std::make_unique<Loop>(std::move(options))) {}

Committer::~Committer() = default;

void Committer::submit(Urgency urgency, Change change, Done done) {
  loop_->submit(urgency, {std::move(change), std::move(done)});
}

CommitResult Committer::commit(Urgency urgency, Change change) {
  return loop_->submit_and_wait(urgency, {std::move(change), nullptr});
}

CommitResult Committer::run_alone(Change work) {
  return loop_->submit_and_wait(Urgency::always, {std::move(work), nullptr, true});
}

void Committer::on_stored(std::function<void(const std::vector<StoredChange>&)> callback) {
  loop_->on_stored(std::move(callback));
}

std::optional<std::string> Committer::trouble() const { return loop_->trouble(); }

Milliseconds Committer::busy_for() const { return loop_->busy_for(); }

CommitTimings Committer::timings() const { return loop_->timings(); }

}  // namespace leadspool::outbox
