// Which deliveries a redrive takes, looked for piece by piece: first the dead ones that its filter lets pass,
// then the leads that have none, both in the leads' order of age.
//
// One piece looks at a bounded number of rows, however few of them match, because it runs on the committer's
// thread, which serves everybody.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "outbox/redrives.h"

namespace leadspool::outbox {

class Connection;

// How far a search has come. What lies at or before it is not looked at again.
struct RedriveCursor {
  std::int64_t after_lead = 0;
  std::int64_t after_delivery = 0;  // of that lead, while the dead are looked for
  bool dead_done = false;
};

struct RedriveSearch {
  RedriveFilter filter;
  Time ordered_at;
  // Of the redrive; absent while it is only being counted.
  std::optional<std::int64_t> number;
  std::int64_t last_lead_number = 0;  // leads that came later are none of its business

  // There is nothing behind this cursor.
  [[nodiscard]] bool is_over(const RedriveCursor& cursor) const;
};

struct RedriveTarget {
  std::int64_t lead_number = 0;
  std::string destination;
  std::optional<std::int64_t> dead_delivery;  // absent: the delivery is missing
};

struct RedrivePiece {
  std::vector<RedriveTarget> targets;
  RedriveCursor cursor;  // behind the last row that was looked at
};

// The next targets behind `cursor`, at most `limit`; there may be more even when this finds none.
[[nodiscard]] RedrivePiece search_redrive(Connection& connection, const RedriveSearch& search,
                                          const RedriveCursor& cursor, int limit, Time now,
                                          const RedriveRules& rules);

}  // namespace leadspool::outbox
