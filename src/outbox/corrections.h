// The door for people: what they may change about a stored lead's deliveries. Each leaves an audit row.
//
// Thread-safety: any thread; each call blocks until the change is on disk.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "lead/lead.h"
#include "lead/transition.h"
#include "outbox/committer.h"

namespace leadspool::outbox {

// Who asks, and why.
struct Order {
  std::string actor;
  std::string reason;
};

struct Corrected {
  std::vector<std::string> destinations;  // whose delivery changed
};
struct NoSuchLead {};
// The lead is there, but none of the deliveries meant is in a state from which the change is legal.
struct NotPossible {
  std::string states;  // "contoso-crm is delivered", for the message
};

using CorrectionResult = std::variant<Corrected, NoSuchLead, NotPossible, Failure>;

class Corrections {
 public:
  // Both outlive the Corrections.
  Corrections(Committer& committer, const Clock& clock) : committer_(committer), clock_(clock) {}

  // `destination` absent: every delivery of the lead that is in a state to be changed.
  [[nodiscard]] CorrectionResult redrive(const Uuid& lead, std::optional<std::string> destination,
                                         Order order);
  [[nodiscard]] CorrectionResult release(const Uuid& lead, std::optional<std::string> destination,
                                         Order order);
  [[nodiscard]] CorrectionResult discard(const Uuid& lead, std::optional<std::string> destination,
                                         Order order);

  // Called after deliveries became due: wakes the worker. Set before the first change.
  void on_due(std::function<void()> callback) { on_due_ = std::move(callback); }

 private:
  CorrectionResult apply(TransitionName transition, const Uuid& lead, std::optional<std::string> destination,
                         Order order);

  Committer& committer_;
  const Clock& clock_;
  std::function<void()> on_due_;
};

}  // namespace leadspool::outbox
