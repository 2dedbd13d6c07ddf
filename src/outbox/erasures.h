// The door for removing a person's data for good. A lead that is erased stays as a tombstone: its number, id,
// times, source, disposition, the states of its deliveries, the records' ids in the CRMs, and who did what
// when. Everything that came with it or was written about it goes: fields, payload, headers, address,
// revisions' changes, attempts' details and answers, reasons people gave, remembered answers, its words in
// the search index.
//
// What was still to be delivered is discarded. One that is being tried at this moment cannot be erased, and
// is told of: the CRM may be about to have it.
//
// The rows are overwritten (secure_delete) with the commit. Copies of them lie in the log until it is written
// anew, and words in the search index until it was rewritten: the upkeep (upkeep.h) does both at once after,
// in small steps; StoreStatus::purging tells until when.
//
// Thread-safety: any thread; each call blocks until the change is on disk.
#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/uuid.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"

namespace leadspool::outbox {

// A record that a CRM holds of an erased lead: there it has to be erased as well, by others.
struct RecordElsewhere {
  Uuid lead;
  std::string destination;
  std::string remote_id;  // empty: the CRM told none
};

struct Spared {
  Uuid lead;
  std::string reason;  // "crm is being tried at this moment"
};

struct Erased {
  std::vector<Uuid> leads;
  std::vector<Spared> spared;  // not erased; to be tried again
  std::vector<RecordElsewhere> elsewhere;
};

struct AlreadyErased {};

using ErasureResult = std::variant<Erased, NoSuchLead, AlreadyErased, NotPossible, Failure>;
using PersonErasureResult = std::variant<Erased, Failure>;

class Erasures {
 public:
  // Both outlive the Erasures.
  Erasures(Committer& committer, const Clock& clock) : committer_(committer), clock_(clock) {}

  // NotPossible: it is being tried at this moment.
  [[nodiscard]] ErasureResult erase(const Uuid& lead, const Order& order);

  // All leads that bear this address, in whatever case: in their field, in a revision, or anywhere in a body
  // that came (as a word of its own). In portions, so that receiving goes on; none at all is no failure.
  [[nodiscard]] PersonErasureResult erase_person(const std::string& email, const Order& order);

  // Called after something was erased: wakes the upkeep. Set before the first change.
  void on_erased(std::function<void()> callback) { on_erased_ = std::move(callback); }

 private:
  Committer& committer_;
  const Clock& clock_;
  std::function<void()> on_erased_;
};

}  // namespace leadspool::outbox
