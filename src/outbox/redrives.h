// The door for trying many dead letters again: orders of people, carried out step by step by the worker.
//
// A redrive takes the dead deliveries that its filter lets pass and that died before it was ordered, the
// oldest lead first; one that dies again meanwhile is not taken twice. With `with_missing` it then makes the
// deliveries of leads that came before its destination was configured. Each step is one transaction that
// moves some on and notes how far the redrive has come, so a crash between two steps loses and repeats
// nothing.
//
// Each delivery gets a fresh budget and keeps its history; an audit row names the redrive.
//
// What goes to a destination that is not configured is left alone: nobody would send it.
//
// Thread-safety: any thread. order(), cancel() block until the change is on disk; what the worker calls comes
// back by callback on the committer's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/uuid.h"
#include "lead/lead.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"

namespace leadspool::outbox {

// What is absent lets everything pass.
struct RedriveFilter {
  std::optional<std::string> destination;
  std::optional<std::string> cause;
  std::optional<std::string> source;
  std::optional<Disposition> disposition;
  std::optional<Time> from;  // the lead was received at or after
  std::optional<Time> to;    // the lead was received before
  // Also leads that have no delivery to `destination`, which must be given then; `cause` must not.
  bool with_missing = false;
};

struct NewRedrive {
  RedriveFilter filter;
  // The first so many go alone; the rest follows only when all of them were delivered. 0: no canary.
  int canary = 0;
  std::optional<double> rate_per_second;   // absent: as fast as the destinations take them
  std::optional<int> stop_after_failures;  // so many dead again end the redrive
};

enum class RedriveState {
  canary,  // the first ones are on their way
  running,
  done,       // all were given back to the worker; see the counts for what became of them
  cancelled,  // by a person
  stopped,    // a canary failed, or too many others
};

[[nodiscard]] std::string_view to_string(RedriveState state);

struct RedriveCount {
  std::int64_t dead = 0;
  std::int64_t missing = 0;
};

struct RedriveView {
  Uuid id;
  Time at;
  std::string actor;
  std::string reason;
  NewRedrive order;
  RedriveState state = RedriveState::running;
  std::optional<Time> ended_at;
  std::string ended_why;                // of cancelled and stopped
  std::int64_t total = 0;               // that were to be redriven when it was ordered
  std::optional<RedriveCount> counted;  // the parts of `total`; only the answer to the order knows them
  std::int64_t redriven = 0;            // so far; of these:
  std::int64_t delivered = 0;
  std::int64_t failed = 0;     // dead again
  std::int64_t waiting = 0;    // pending or claimed
  std::int64_t discarded = 0;  // by a person
};

// Whether `lead`, of which the destination knows nothing yet, is to go there (its source's rules and its
// `when` would send it there at once, came it now).
using Wants = std::function<bool(const std::string& destination, const Lead& lead)>;
using IsConfigured = std::function<bool(const std::string& destination)>;

// What the configuration in force says. Both are called on the committer's thread.
struct RedriveRules {
  Wants wants;
  IsConfigured is_configured;
};

// The filter lets nothing pass.
struct NothingToRedrive {};
using RedriveResult = std::variant<RedriveView, NothingToRedrive, Failure>;

struct NoSuchRedrive {};
// It has ended already.
struct RedriveEnded {
  RedriveState state;
};
using CancelResult = std::variant<RedriveView, NoSuchRedrive, RedriveEnded, Failure>;

// One that has not ended.
struct OpenRedrive {
  Uuid id;
  std::optional<double> rate_per_second;
};

// What a step did.
struct RedriveStep {
  int moved = 0;       // deliveries that became due
  bool ended = false;  // the redrive, whatever the reason
  // Nothing to do until some of those on their way have ended: the canary, or too many at once.
  bool waits = false;
};

class Redrives {
 public:
  // All outlive the Redrives.
  Redrives(Committer& committer, const Clock& clock, Random& random, RedriveRules rules);
  // Where every destination is configured.
  Redrives(Committer& committer, const Clock& clock, Random& random, Wants wants);

  // How many it would take, changing nothing.
  [[nodiscard]] std::variant<RedriveCount, Failure> count(const RedriveFilter& filter);

  // Counts first what it will take, as count() does.
  [[nodiscard]] RedriveResult order(const NewRedrive& redrive, const Order& by);

  // What was not redriven yet stays dead; what is on its way goes on.
  [[nodiscard]] CancelResult cancel(const Uuid& id, const Order& by);

  // Called after a redrive was ordered: wakes the worker. Set before the first one.
  void on_ordered(std::function<void()> callback) { on_ordered_ = std::move(callback); }

  // For the worker: those that have not ended, oldest first.
  void open(std::function<void(std::variant<std::vector<OpenRedrive>, Failure>)> done);

  // Moves at most `limit` on, so that no more than `most_waiting` of it are on their way at once. Of a
  // redrive of all destinations those do not count that wait where nothing is sent for now: the others' go
  // on.
  void step(const Uuid& id, int limit, int most_waiting, Time now,
            std::function<void(std::variant<RedriveStep, Failure>)> done);

 private:
  Committer& committer_;
  const Clock& clock_;
  Random& random_;
  const RedriveRules rules_;
  std::function<void()> on_ordered_;
};

}  // namespace leadspool::outbox
