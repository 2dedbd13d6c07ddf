// The committer: the one connection that writes and checkpoints, and the thread that owns it.
//
// Every change to the outbox is handed to it. It takes all that is waiting, runs each change in a savepoint
// of its own (so one that fails does not sink its neighbours), commits once, and only then tells the callers:
// group commit. One connection for writing *and* checkpointing, because SQLite before 3.51.3 can lose pages
// when one connection writes while another checkpoints.
//
// Promise: a caller told `committed` finds its change after any crash or power loss (WAL, synchronous=FULL,
// read back when opened). A caller told anything else may or may not (a failed COMMIT is ambiguous), so
// repeating a change must be harmless.
//
// When the disk fails: a full disk fails the changes at hand, and the next ones are tried afresh. After any
// other I/O error nothing is acknowledged until the connection was reopened on what the disk has
// (cached_pages.h) and everything the log held was copied into the database file and synced, because an fsync
// that failed once must not be believed later.
//
// Thread-safety: submit() from any thread. Done callbacks run on the committer's thread and must be quick.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "outbox/commit_timings.h"
#include "outbox/stored_change.h"

namespace leadspool::outbox {

class Connection;

// Why a change was not committed.
struct Failure {
  enum class Kind {
    queue_full,  // too much is waiting
    store_down,  // the disk is full or failing; the text says which
    refused,     // the change itself failed; a schema rule, most likely, and our own mistake
  };
  Kind kind;
  std::string detail;
};

// Nothing: committed.
using CommitResult = std::optional<Failure>;

struct CommitterOptions {
  std::string path;  // the SQLite file; it and its folder must exist and be migrated (store.h)
  // Changes waiting beyond this are refused where the caller allows it (Urgency::when_there_is_room).
  std::size_t max_waiting = 4'096;
  // How many changes share a commit at most: bounds the memory and the time of one transaction.
  std::size_t max_batch = 512;
  // The log is copied into the database file when it holds this many pages of 4 KiB.
  int checkpoint_pages = 2'000;
  // False: no thread; submit() itself commits each change and calls back before it returns. For the CLI
  // and for deterministic tests.
  bool own_thread = true;
};

enum class Urgency {
  when_there_is_room,  // a new lead: better refused at once than delayed
  always,              // an outcome or a correction: there are never more than the worker has in flight
};

class Committer {
 public:
  using Change = std::function<void(Connection&)>;
  using Done = std::function<void(const CommitResult&)>;

  // Throws StoreError (store.h) when the store cannot be opened for durable writing.
  explicit Committer(CommitterOptions options);
  // Commits what is waiting, copies the log into the file, and closes.
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  // `change` runs once, inside a savepoint, and must touch nothing but the connection and what belongs to
  // this call. `done` is called exactly once; before return when refused for lack of room.
  void submit(Urgency urgency, Change change, Done done);

  // The same, waiting for the result. Not from a Done callback.
  [[nodiscard]] CommitResult commit(Urgency urgency, Change change);

  // The same for what cannot be done inside a transaction, such as emptying the log: `work` runs with no
  // other change beside it, and has to be on disk by its own doing. `refused`: it failed, and nothing else
  // did.
  [[nodiscard]] CommitResult run_alone(Change work);

  // Called after each commit that changed something worth showing, on the committing thread; to be quick. Set
  // before the first change.
  void on_stored(std::function<void(const std::vector<StoredChange>&)> callback);

  // Why nothing can be stored at present; nullopt while all is well.
  [[nodiscard]] std::optional<std::string> trouble() const;

  // How long its thread has been inside one batch, or has been opening the store anew; zero while it waits
  // for work. A disk that hangs shows here. Any thread.
  [[nodiscard]] Milliseconds busy_for() const;

  // Of the commits that wrote something. Any thread.
  [[nodiscard]] CommitTimings timings() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace leadspool::outbox
