// The door for what was answered to changes that came with a key of their sender (Idempotency-Key), so that
// one that is repeated is answered as at first and done once.
//
// A change is noted before it begins, and its answer after it. So of a key it is known whether its change was
// done, and how it was answered; whether it is under way; or that it began and nobody knows how it ended: the
// process died meanwhile, or the store failed. All is kept for a day. Keys of different actors are different.
//
// What is noted of a lead is removed when that is erased: answers may hold the person's data.
//
// Thread-safety: any thread; begin(), remember() and forget() block until they are on disk.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/clock.h"
#include "base/digest.h"
#include "base/uuid.h"
#include "outbox/committer.h"

namespace leadspool::outbox {

struct KeyedRequest {
  std::string actor;
  std::string key;                          // not empty
  Sha256 request_sha256;                    // of all that makes it another request
  std::optional<Uuid> lead = std::nullopt;  // whose data the answer may hold
};

struct GivenAnswer {
  int status = 0;
  std::string body;
};

class Connection;
class GivenAnswers;

// A change that has begun under its key. When it goes without having been remembered or forgotten, nobody
// knows how the change ended. The door outlives it.
class BegunChange {
 public:
  BegunChange(GivenAnswers& door, KeyedRequest request) : door_(&door), request_(std::move(request)) {}
  ~BegunChange();
  BegunChange(BegunChange&& other) noexcept
      : door_(std::exchange(other.door_, nullptr)), request_(std::move(other.request_)) {}
  BegunChange(const BegunChange&) = delete;
  BegunChange& operator=(const BegunChange&) = delete;

  // It was done: the same key gets this answer from now on. Writes nothing where the lead was erased
  // meanwhile.
  [[nodiscard]] CommitResult remember(const GivenAnswer& answer);
  // Nothing was changed: the key may be used again.
  [[nodiscard]] CommitResult forget();

 private:
  GivenAnswers* door_;
  KeyedRequest request_;
};

struct KeyOfAnother {};    // the key came with another request before
struct ChangeUnderWay {};  // in this process
struct OutcomeUnknown {};

using KeyResult =
    std::variant<BegunChange, GivenAnswer, KeyOfAnother, ChangeUnderWay, OutcomeUnknown, Failure>;

class GivenAnswers {
 public:
  // Both outlive the GivenAnswers.
  GivenAnswers(Committer& committer, const Clock& clock) : committer_(committer), clock_(clock) {}

  // BegunChange: it is the first with its key, and to be carried out.
  [[nodiscard]] KeyResult begin(KeyedRequest request);

 private:
  friend BegunChange;
  using Key = std::pair<std::string, std::string>;  // the actor's

  [[nodiscard]] std::optional<KeyResult> find_under_way(const KeyedRequest& request);
  void end(const KeyedRequest& request);

  Committer& committer_;
  const Clock& clock_;
  std::mutex mutex_;
  std::map<Key, Sha256> under_way_;  // guarded by mutex_
};

// Those that are too old to be given again. Inside the outbox only.
void remove_old_answers(Connection& connection, Time now);

}  // namespace leadspool::outbox
