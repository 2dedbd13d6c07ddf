// The door by which leads come in.
//
// A lead that says the same as an earlier one of its source is a duplicate: stored, linked to the first one,
// its deliveries held. A request that carries the sender's own key for it is told apart by that key, for
// good: the same key with the same bytes stores nothing more. Both are decided inside the transaction that
// stores the lead, so that of two at once one is the first.
//
// A sender may give one key to two leads by mistake, and neither may be lost. So a key that came before with
// another body is answered as at first, but the new body is stored, without the key: a readable one as a
// duplicate of the first, which a person sees and can release. Two kinds of requests do not use a key up: a
// probe, whose key is not kept, and a lead that is still quarantined, after which the sender may well have
// mended the body: what comes then is decided by its content.
//
// Thread-safety: any thread; accept() blocks until the lead is on disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/time.h"
#include "lead/lead.h"
#include "outbox/committer.h"
#include "outbox/new_delivery.h"

namespace leadspool::outbox {

struct NewLead {
  std::string source;
  Disposition disposition = Disposition::deliver;
  std::string disposition_reason;  // empty exactly for `deliver`
  LeadFields fields;
  Receipt receipt;
  std::vector<NewDelivery> deliveries;

  // Alike for leads of one source that say the same; absent: never compared, as a probe or a quarantined lead
  // never is.
  std::optional<Sha256> content_sha256;
  // A lead is a duplicate of one that came at most so long before it; 0: of none.
  Milliseconds dedupe_window{0};
  // The sender's own key for this request; empty: it has none, and the content decides.
  std::string idempotency_key;
};

struct Accepted {
  Uuid id;
  // Set: the lead became a `duplicate` of this one, and its deliveries are held.
  std::optional<Uuid> duplicate_of;
};

// The sender's key came before. What is told here is of the lead that came with it first.
struct Repeated {
  Uuid id;
  Disposition disposition = Disposition::deliver;
  std::string disposition_reason;
  Sha256 payload_sha256{};
  // Set: the body is another one than at first, and was stored as this lead. Otherwise nothing was stored.
  std::optional<Uuid> stored_as;
};

// The lead was not stored, or the disk did not say that it was.
struct NotStored {
  std::string reason;  // for the log
  bool busy = false;   // too much was waiting; otherwise the disk is in trouble
};

struct IntakeOptions {
  // New leads are refused while the store's disk has less than this left, so that delivering what is
  // stored, and operating, go on. Bytes.
  std::uint64_t minimum_free_bytes = 64ull << 20;
};

class Intake {
 public:
  // All three references outlive the Intake. `store_path` is the committer's.
  Intake(IntakeOptions options, std::string store_path, Committer& committer, const Clock& clock,
         Random& random);

  [[nodiscard]] std::variant<Accepted, Repeated, NotStored> accept(const NewLead& lead);

  // Why leads are refused at present for lack of room on the disk; nullopt while there is room.
  [[nodiscard]] std::optional<std::string> trouble() const;

  // Takes effect with the next accept(). Any thread.
  void set_minimum_free(std::uint64_t bytes);

  // Called after each lead was stored: wakes the worker. Set before the first accept().
  void on_accepted(std::function<void()> callback);

 private:
  std::atomic<std::uint64_t> minimum_free_bytes_;
  const std::string folder_;
  Committer& committer_;
  const Clock& clock_;
  Random& random_;
  std::function<void()> on_accepted_;
};

}  // namespace leadspool::outbox
