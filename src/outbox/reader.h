// The door for looking: lists, single leads, counts. A connection of its own, opened read-only.
//
// Every call is one short read; nothing stays open between calls, so a slow reader never pins the log.
//
// Thread-safety: any thread; calls take turns.
// Errors: throws StoreError when the store cannot be read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "lead/attempt.h"
#include "lead/delivery.h"
#include "lead/destination_record.h"
#include "lead/lead.h"
#include "outbox/redrives.h"

namespace leadspool::outbox {

struct DeliveryView {
  std::string destination;
  State state = State::pending;
  Time state_since;
  std::optional<Time> next_attempt_at;  // pending only
  int attempt_count = 0;
  std::string held_reason;
  std::string cause;
  std::string remote_id;
  std::vector<Attempt> attempts;  // empty in lists

  [[nodiscard]] std::optional<Time> delivered_at() const {
    return state == State::delivered ? std::optional{state_since} : std::nullopt;
  }
};

struct AuditView {
  Time at;
  std::string actor;
  std::string action;
  std::string destination;
  std::string reason;
};

struct RevisionView {
  int number = 1;
  Time at;
  std::string actor;
  std::string reason;
  std::string changes_json;  // an object of field to {"from","to"}
  bool has_payload = false;  // a person gave a new body
  // What was decided about the lead until then.
  Disposition disposition_before = Disposition::deliver;
  std::string disposition_reason_before;
};

struct LeadView {
  Lead lead;
  bool unrouted = false;  // no destination wants it, so nobody will get it
  std::vector<DeliveryView> deliveries;
};

struct LeadDetail {
  LeadView view;
  std::string headers_json;
  std::string remote_address;
  Sha256 payload_sha256{};
  std::int64_t payload_bytes = 0;
  std::int64_t duplicate_count = 0;     // leads that are duplicates of this one
  std::vector<RevisionView> revisions;  // oldest first
  std::vector<AuditView> audit;
};

// Filters combine with "and"; an absent one lets everything pass.
struct LeadFilter {
  std::optional<State> state;  // of any of the lead's deliveries (to `destination`, if that is given too)
  std::optional<std::string> destination;
  std::optional<std::string> cause;
  std::optional<std::string> source;
  std::optional<Disposition> disposition;
  std::optional<Time> from;  // received at or after
  std::optional<Time> to;    // received before
  bool unrouted = false;     // only leads that no destination wants
};

struct LeadPage {
  std::vector<LeadView> leads;              // newest first
  std::optional<std::int64_t> next_before;  // pass as `before` for the next page; absent at the end
};

struct LeadPortion {
  std::vector<LeadWithPayload> leads;      // oldest first
  std::optional<std::int64_t> next_after;  // pass as `after` for the next portion; absent at the end
};

struct DeadGroup {
  std::string cause;
  std::string destination;
  std::int64_t count = 0;
  Time first;
  Time last;
  Uuid sample;  // the newest lead of the group
};

struct DeadCount {
  std::string destination;
  std::int64_t count = 0;
  Time first;  // died the oldest of them
};

struct StateCount {
  std::string destination;
  State state;
  std::int64_t count;
};

struct DispositionCount {
  Disposition disposition;
  std::int64_t count;
};

// A destination of which the store knows: by its deliveries, or by what is remembered of it.
struct KnownDestination {
  std::string name;
  DestinationRecord record;
  // When the oldest lead was received that is pending or claimed there.
  std::optional<Time> oldest_waiting_received_at;
};

struct StoreStatus {
  std::int64_t leads = 0;
  std::int64_t unrouted = 0;                           // that no destination wants
  std::vector<DispositionCount> dispositions;          // only counts that are not 0
  std::vector<StateCount> deliveries;                  // only counts that are not 0
  std::optional<Time> oldest_undelivered_received_at;  // of pending and claimed
  std::optional<Time> last_received_at;
  std::int64_t store_bytes = 0;  // database file and log
};

class Reader {
 public:
  // Throws StoreError when the store is missing, not ours, or of another schema version.
  explicit Reader(std::string store_path);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // `limit` is 1 to 500. `before` is a LeadPage::next_before.
  [[nodiscard]] LeadPage list(const LeadFilter& filter, int limit, std::optional<std::int64_t> before);
  [[nodiscard]] std::optional<LeadDetail> find(const Uuid& id);
  // The body as received; with `revision`, the one that this revision brought. nullopt: there is none.
  [[nodiscard]] std::optional<std::string> payload(const Uuid& id,
                                                   std::optional<int> revision = std::nullopt);
  // The lead with the body it is delivered with: of its latest revision that brought one, else as received.
  [[nodiscard]] std::optional<LeadWithPayload> find_with_payload(const Uuid& id);
  // The latest that is neither a probe nor quarantined.
  [[nodiscard]] std::optional<LeadWithPayload> newest_readable();
  // Those received at or after `since`, at most `limit`: 1 to 500. A portion may be empty though more follow,
  // so that no call looks through the whole store.
  [[nodiscard]] LeadPortion readable_since(Time since, int limit, std::int64_t after = 0);
  [[nodiscard]] std::vector<DeadGroup> dead_letters();
  // The same by destination alone, without those that have none: cheap enough to be asked often.
  [[nodiscard]] std::vector<DeadCount> dead_counts();
  [[nodiscard]] StoreStatus status();
  // Readable leads that no destination wants.
  [[nodiscard]] std::int64_t unrouted();
  [[nodiscard]] std::vector<KnownDestination> destinations();
  // When each source's last lead was received, whatever was decided about it.
  [[nodiscard]] std::vector<std::pair<std::string, Time>> last_received();
  [[nodiscard]] std::vector<RedriveView> redrives(int limit);  // newest first
  [[nodiscard]] std::optional<RedriveView> redrive(const Uuid& id);

 private:
  class Queries;
  std::unique_ptr<Queries> queries_;
};

}  // namespace leadspool::outbox
