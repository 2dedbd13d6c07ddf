// The door for looking at leads: lists, searches, single ones. A connection of its own, opened read-only;
// counts and the like are asked of another door (overview.h).
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
#include <vector>

#include "base/time.h"
#include "lead/attempt.h"
#include "lead/delivery.h"
#include "lead/lead.h"
#include "outbox/lead_search.h"

namespace leadspool::outbox {

class ReadConnection;

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
  bool unrouted = false;          // no destination wants it, so nobody will get it
  std::optional<Time> erased_at;  // set: only a tombstone is left, whose texts are empty
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
  std::optional<std::string> cause;  // of dead ones; of discarded ones if `state` says so
  std::optional<std::string> source;
  std::optional<Disposition> disposition;
  std::optional<Time> from;  // received at or after
  std::optional<Time> to;    // received before
  bool unrouted = false;     // only leads that no destination wants
  std::optional<LeadSearch> search;
};

struct LeadPage {
  std::vector<LeadView> leads;  // newest first
  // Pass as `before` for the next page; absent at the end. A page may be short, or empty, though more follow:
  // no call looks through the whole store for what is rare.
  std::optional<std::int64_t> next_before;
};

struct LeadPortion {
  std::vector<LeadWithPayload> leads;      // oldest first
  std::optional<std::int64_t> next_after;  // pass as `after` for the next portion; absent at the end
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
  // Leads that bear this e-mail address, in whatever case: in their field, in a revision, or anywhere in a
  // body that came. The newest first; all of them, since one person's leads are few.
  [[nodiscard]] std::vector<Uuid> leads_of_person(const std::string& email);

 private:
  std::unique_ptr<ReadConnection> turns_;
};

}  // namespace leadspool::outbox
