// The door for people: what they may change about a stored lead and its deliveries. Each leaves an audit row.
//
// Thread-safety: any thread; each call blocks until the change is on disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "lead/destination_record.h"
#include "lead/lead.h"
#include "lead/transition.h"
#include "outbox/committer.h"
#include "outbox/new_delivery.h"

namespace leadspool::outbox {

// Who asks, and why.
struct Order {
  std::string actor;
  std::string reason;
};

struct Corrected {
  std::vector<std::string>
      destinations;  // whose delivery changed; none: a lead that nobody wants was given up
};
struct NoSuchLead {};

// A correction of a lead's fields. The payload as received stays; the columns show the latest revision, which
// is what is delivered.
struct NewRevision {
  int number = 1;                      // one more than the lead's latest, which it was made from
  LeadFields fields;                   // all of them, as they are to be
  std::string changes_json;            // an object of field to {"from","to"}, for people
  std::optional<std::string> payload;  // the body in place of the one that came, where a person gave one

  // Taken for a quarantined lead only, which becomes readable: what is decided about it.
  Disposition disposition = Disposition::deliver;
  std::string disposition_reason;
  // Made if the lead has none: it was quarantined, or came while no destination was configured.
  std::vector<NewDelivery> deliveries;
};

struct Revised {};
// Another revision was made since the one that this was made from.
struct Overtaken {};
// The lead has no delivery, and the revision brings none: nobody would ever get what was revised.
struct NoDelivery {};

// The lead is there, but none of the deliveries meant is in a state from which the change is legal.
struct NotPossible {
  std::string states;  // "contoso-crm is delivered", for the message
};

using CorrectionResult = std::variant<Corrected, NoSuchLead, NotPossible, Failure>;
using RevisionResult = std::variant<Revised, NoSuchLead, Overtaken, NoDelivery, NotPossible, Failure>;

struct Noted {};
using NoteResult = std::variant<Noted, NoSuchLead, Failure>;

// Of a destination's pause: it is paused already, or nothing keeps it from working.
struct AlreadySo {};
using PauseResult = std::variant<DestinationRecord, AlreadySo, Failure>;

class Corrections {
 public:
  // Both outlive the Corrections.
  Corrections(Committer& committer, const Clock& clock) : committer_(committer), clock_(clock) {}

  // `destination` absent: every delivery of the lead that is in a state to be changed.
  [[nodiscard]] CorrectionResult redrive(const Uuid& lead, std::optional<std::string> destination,
                                         Order order);
  [[nodiscard]] CorrectionResult release(const Uuid& lead, std::optional<std::string> destination,
                                         Order order);
  // Without `destination` it also gives up a lead that no destination wants, which is unrouted no more then.
  [[nodiscard]] CorrectionResult discard(const Uuid& lead, std::optional<std::string> destination,
                                         Order order);

  // Possible for a lead that has no delivery, unless it is a probe, and for any that has a delivery which is
  // pending, held or dead and none that is being tried at this moment. Changes no delivery's state; makes the
  // revision's deliveries for a lead that has none.
  [[nodiscard]] RevisionResult revise(const Uuid& lead, const NewRevision& revision, const Order& order);

  // Sends nothing to `destination` until it is resumed. A pause with another reason replaces the one before.
  [[nodiscard]] PauseResult pause(const std::string& destination, const Order& order);

  // Ends a person's pause, and takes it for mended where it was down or had paused itself: all that waits for
  // it becomes due.
  [[nodiscard]] PauseResult resume(const std::string& destination, const Order& order);

  // Writes down that something was done with a lead that changed nothing of it: that its personal data was
  // shown
  // ("reveal"), or given away ("export"). An audit row like the others.
  [[nodiscard]] NoteResult note(const Uuid& lead, const std::string& action, const Order& order);

  // The same of something that concerns all leads: a copy of the store was asked for ("backup").
  [[nodiscard]] CommitResult note(const std::string& action, const Order& order);

  // Called after deliveries became due: wakes the worker. Set before the first change.
  void on_due(std::function<void()> callback) { on_due_ = std::move(callback); }

  // Called after a pause or resume: the worker has to look at what is remembered of the destination. Set
  // before the first change.
  void on_destination(std::function<void(const std::string& destination)> callback) {
    on_destination_ = std::move(callback);
  }

 private:
  CorrectionResult apply(TransitionName transition, const Uuid& lead, std::optional<std::string> destination,
                         Order order);

  Committer& committer_;
  const Clock& clock_;
  std::function<void()> on_due_;
  std::function<void(const std::string&)> on_destination_;
};

}  // namespace leadspool::outbox
