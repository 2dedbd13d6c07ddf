#include "outbox/online_copy.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include "outbox/connection.h"
#include "outbox/database_copy.h"
#include "outbox/store.h"
#include "outbox/store_files.h"

namespace leadspool::outbox {
namespace {

// A millisecond or two of the committer's time.
constexpr int kPagesPerStep = 256;
// So much is written before it is synced: one sync of all at the end would hold up the store's own.
constexpr int kStepsPerSync = 8;

constexpr const char* kUntilItIsWhole = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF";

// One walk over all pages of a connection's database. It belongs to that connection from its first step on,
// which is the committer's thread's; before and after that, to the thread that makes the copy.
class Walk {
 public:
  explicit Walk(const std::string& file)
      : copy_(file, SQLite::OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, Connection::kBusyTimeoutMs) {
    copy_.exec(kUntilItIsWhole);
  }
  ~Walk() { end(); }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  // SQLITE_OK, SQLITE_DONE, or what is wrong with either of the two. An error of the copy stays with the
  // copy: SQLite remembers one that a commit met while it carried its pages over, and tells it here.
  [[nodiscard]] int step(sqlite3* source) {
    if (backup_ == nullptr) backup_ = sqlite3_backup_init(copy_.getHandle(), "main", source, "main");
    if (backup_ == nullptr) return copy_.getExtendedErrorCode();
    return sqlite3_backup_step(backup_, kPagesPerStep);
  }

  [[nodiscard]] CopyProgress progress() const {
    return {false, sqlite3_backup_remaining(backup_), sqlite3_backup_pagecount(backup_)};
  }

  void end() {
    if (backup_ != nullptr) sqlite3_backup_finish(backup_);
    backup_ = nullptr;
  }

 private:
  SQLite::Database copy_;
  sqlite3_backup* backup_ = nullptr;
};

}  // namespace

class OnlineCopy::Copying {
 public:
  Copying(Committer& committer, std::string file) : committer_(committer), file_(std::move(file)) {}

  ~Copying() {
    abandon();
    if (is_made_ && !progress_.done) remove_database(file_);
  }
  Copying(const Copying&) = delete;
  Copying& operator=(const Copying&) = delete;

  std::variant<CopyProgress, Failure> step() {
    if (failure_) return *failure_;
    if (progress_.done) return progress_;
    if (!is_made_) {
      if (!make_private_file(file_)) throw StoreError(file_ + " is there already; it is not overwritten");
      is_made_ = true;
    }
    try {
      walk_on();
      if (progress_.done) {
        leave_wal_mode(file_);
        sync_file(file_);
        sync_folder(folder_of(file_));
      }
    } catch (const std::runtime_error& failure) {  // of the file system, or SQLite's
      fail({Failure::Kind::store_down, "cannot make the copy " + file_ + ": " + failure.what()});
    }
    if (failure_) return *failure_;
    return progress_;
  }

 private:
  void walk_on() {
    std::unique_ptr<Walk> fresh;
    if (walk_.expired()) {
      // What a walk has left that ended with its connection.
      if (begun_) std::filesystem::resize_file(file_, 0);
      begun_ = true;
      fresh = std::make_unique<Walk>(file_);
    }
    std::shared_ptr<Walk> ended;
    int result = SQLITE_OK;
    const auto not_run = committer_.run_alone([&](Connection& connection) {
      if (fresh) {
        const std::shared_ptr<Walk> begun = std::move(fresh);
        connection.keep_until_closed(begun);
        walk_ = begun;
      }
      const auto walk = walk_.lock();
      // Gone with its connection: the next step begins anew.
      if (!walk) return;
      result = walk->step(connection.database().getHandle());
      progress_ = walk->progress();
      if (result == SQLITE_OK) return;
      walk->end();
      connection.let_go(walk);
      ended = walk;
    });
    ended.reset();  // closes the copy's file, on this thread
    if (not_run) {
      fail(*not_run);
    } else if (result == SQLITE_DONE) {
      progress_.done = true;
    } else if (result != SQLITE_OK) {
      fail({Failure::Kind::store_down, "cannot write the copy " + file_ + ": " + sqlite3_errstr(result) +
                                           " (SQLite " + std::to_string(result) + ")"});
    } else if (++steps_ % kStepsPerSync == 0) {
      // That SQLite's locks on it go with that is no matter: nobody else knows the file.
      sync_file(file_);
    }
  }

  void fail(Failure failure) {
    abandon();
    remove_database(file_);
    progress_ = {};
    failure_ = std::move(failure);
  }

  // Ends the walk where it may be ended: on the committer's thread. Where that one has no connection, it has
  // ended with it.
  void abandon() {
    if (walk_.expired()) return;
    static_cast<void>(committer_.run_alone([&](Connection& connection) {
      const auto walk = walk_.lock();
      if (walk) connection.let_go(walk);
    }));
  }

  Committer& committer_;
  const std::string file_;
  std::weak_ptr<Walk> walk_;  // of the connection; locked on the committer's thread only
  bool is_made_ = false;
  bool begun_ = false;
  int steps_ = 0;
  CopyProgress progress_;
  std::optional<Failure> failure_;
};

OnlineCopy::OnlineCopy(Committer& committer, std::string file)
    : copying_(std::make_unique<Copying>(committer, std::move(file))) {}

OnlineCopy::~OnlineCopy() = default;

std::variant<CopyProgress, Failure> OnlineCopy::step() { return copying_->step(); }

}  // namespace leadspool::outbox
