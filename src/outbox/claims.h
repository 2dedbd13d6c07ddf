// The worker's door: claim due deliveries, finish them, give them back.
//
// A claim is the exclusive right to try a delivery until its lease lapses. Every change out of `claimed`
// carries the claim's number; if the row no longer has it, the claim was lost, and that is a value.
//
// Thread-safety: any thread. Results come by callback on the committer's thread (see committer.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "lead/attempt.h"
#include "lead/delivery.h"
#include "lead/destination_record.h"
#include "lead/lead.h"
#include "lead/transition.h"
#include "outbox/committer.h"

namespace leadspool::outbox {

struct Claim {
  std::int64_t delivery_id = 0;
  std::int64_t claim_id = 0;
  std::string destination;
  Delivery delivery;     // state `claimed`
  LeadWithPayload lead;  // as its latest revision has it
};

struct ClaimOrder {
  std::int64_t claim_id = 0;  // of Claims::draw_claim_id()
  std::string destination;
  int limit = 0;
  // Of `limit`, how many may have been tried before (since their last fresh budget).
  int again_limit = 0;
  Time now;
  Time lease_until;
  // A probe of a destination that was down takes what falls due next, even if that is not yet.
  bool even_if_not_due = false;
  // Set: this delivery and no other.
  std::optional<std::int64_t> only = std::nullopt;
  // Of what was not tried, the last to fall due first: an odd lead at the head of the queue has others behind
  // it.
  bool youngest_first = false;
  // Set: any but this delivery.
  std::optional<std::int64_t> except = std::nullopt;
};

struct Claimed {
  std::vector<Claim> claims;  // oldest due first
  // Of what is still pending there, `except` included.
  std::optional<Time> next_first_due_at;  // of what was not tried yet
  std::optional<Time> next_again_due_at;  // of what was
};

// A claim that is being worked on.
struct HeldClaim {
  std::int64_t delivery_id = 0;
  std::int64_t claim_id = 0;
  Time lease_until;  // to be
};

// The row is no longer in our claim: it expired, or a person discarded it.
struct LostClaim {};
struct Finished {};

template <typename Value>
using OrFailure = std::variant<Value, Failure>;

class Claims {
 public:
  // Both outlive the Claims.
  Claims(Committer& committer, Random& random) : committer_(committer), random_(random) {}

  // A number for a claim to come. Drawn by the caller, who can thereby give back a claim of which it was
  // never told whether it was made.
  [[nodiscard]] std::int64_t draw_claim_id() { return static_cast<std::int64_t>(random_.next() >> 1); }

  // Claims the oldest due first, in one transaction.
  void claim(const ClaimOrder& order, std::function<void(OrFailure<Claimed>)> done);

  // Records the attempt and makes the transition, both or neither. `transition` is deliver, retry or bury.
  void finish(const Claim& claim, const Transition& transition, const Attempt& attempt,
              const std::string& remote_id, Time now,
              std::function<void(OrFailure<std::variant<Finished, LostClaim>>)> done);

  // Gives back, untried and due at once by the age of its lead, whatever is still claimed under `claim_id`;
  // with `only`, just that delivery of it. Leaves an audit row with `reason` for each.
  void unclaim(std::int64_t claim_id, std::optional<std::int64_t> only, const std::string& reason, Time now,
               std::function<void(const CommitResult&)> done);

  // Moves the end of these leases; a claim that was lost stays so.
  void extend(std::vector<HeldClaim> claims, std::function<void(const CommitResult&)> done);

  // What is remembered of `destination`; of one that was never heard of, that it works.
  void read_destination(const std::string& destination,
                        std::function<void(OrFailure<DestinationRecord>)> done);

  // Remembers how well `destination` is, unless a person has ordered a pause or resume of which `health` does
  // not know yet (HealthRecord::orders).
  void write_health(const std::string& destination, const HealthRecord& health,
                    std::function<void(const CommitResult&)> done);

  // Makes all that waits for `destination` because of the destination's own trouble due at `now`: it is back.
  void hasten(const std::string& destination, Time now, std::function<void(const CommitResult&)> done);

  // Takes back claims whose lease lapsed before `before`; at start everything that is claimed (nullopt),
  // since the lock proves that no other process works on it. `in_hand` are deliveries that somebody still
  // works on, however old their lease. Records an interrupted attempt for each. The result is how many there
  // were.
  void expire(std::optional<Time> before, std::vector<std::int64_t> in_hand, Time now,
              std::function<void(OrFailure<int>)> done);

  // Makes due at `now` what a clock that ran ahead has put into the future.
  void bring_back_from_the_future(Time now, std::function<void(const CommitResult&)> done);

 private:
  Committer& committer_;
  Random& random_;
};

}  // namespace leadspool::outbox
