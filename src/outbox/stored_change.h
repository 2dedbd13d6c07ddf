// What a commit has changed, in as few words as whoever shows it needs to look again.
//
// Thread-safety: values.
#pragma once

#include <optional>
#include <string>

#include "base/uuid.h"
#include "lead/transition.h"

namespace leadspool::outbox {

struct StoredChange {
  enum class Kind {
    received,     // a lead came
    delivery,     // a delivery of `lead` to `destination` is in `state` now
    lead,         // a lead was revised or erased, or something about it was noted
    destination,  // paused, resumed, or found to be otherwise
    redrive,      // `lead` is absent; it was ordered, or went on, or ended
  };
  Kind kind;
  std::optional<Uuid> lead = std::nullopt;
  std::string destination = {};
  std::optional<State> state = std::nullopt;
};

}  // namespace leadspool::outbox
