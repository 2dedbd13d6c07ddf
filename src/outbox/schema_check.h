// Whether a store's tables, indexes and triggers are those that this program's migrations make: a rule that
// is missing lets in what must not be. Inside the outbox only.
//
// Thread-safety: the connection's thread. Errors: SQLite::Exception.
#pragma once

namespace leadspool::outbox {

class Connection;
class Flaws;

void check_schema(Connection& connection, Flaws& flaws);

}  // namespace leadspool::outbox
