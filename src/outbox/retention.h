// What of the store's content is kept for a time only, and removed in portions.
//
// Thread-safety: the committer's thread. Errors: SQLite::Exception.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace leadspool::outbox {

class Connection;

// How far a walk through the leads has come, in search of those whose time is over.
struct RetentionWalk {
  Time limit;                    // leads whose last delivery was before it are removed
  std::int64_t after = 0;        // numbers up to this one have been looked at
  std::int64_t last_number = 0;  // the last one that came before the limit

  [[nodiscard]] bool is_over() const { return after >= last_number; }
};

[[nodiscard]] RetentionWalk begin_retention(Connection& connection, Time limit);

// Looks at the next portion of leads, and removes those of them with all that belongs to them which are to go
// (upkeep.h); notes that a purge is owed. Returns how many.
int remove_delivered(Connection& connection, RetentionWalk& walk);

// Removes the answers that are not to be given again, and all notices but the last few hundred.
void remove_old_words(Connection& connection, Time now);

// Gives some unused pages back to the file system, where they are worth it. False: they are not.
bool give_space_back(Connection& connection);

}  // namespace leadspool::outbox
