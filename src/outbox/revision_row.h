// How a revision of a lead is stored: first its row in the history, then the lead's own columns, which the
// schema lets change no other way; the search index follows in the same change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"
#include "lead/lead.h"
#include "outbox/corrections.h"

namespace leadspool::outbox {

class Connection;

// What a lead is before it is revised.
struct LatestRevision {
  std::int64_t lead_number;
  int number;  // 0: as received
  Disposition disposition;
  std::string disposition_reason;
  bool erased;
};

[[nodiscard]] std::optional<LatestRevision> find_latest_revision(Connection& connection, const Uuid& lead);

// What was decided about the lead changes only if it was quarantined.
void insert_revision(Connection& connection, const LatestRevision& latest, const NewRevision& revision,
                     const Order& order, Time now);

}  // namespace leadspool::outbox
