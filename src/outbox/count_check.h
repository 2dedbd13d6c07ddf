// Whether the counts that triggers keep are those of a look through all rows. Inside the outbox only.
//
// Thread-safety: the connection's thread. Errors: SQLite::Exception.
#pragma once

#include "outbox/lead_check.h"

namespace leadspool::outbox {

class Connection;
class Flaws;

// What can be compared within one read transaction.
void check_counts(Connection& connection, Flaws& flaws);

// The hours, against what a walk over all leads found; in the read transaction of its last portion.
void check_received_in_hours(Connection& connection, const LeadWalk& walk, Flaws& flaws);

}  // namespace leadspool::outbox
