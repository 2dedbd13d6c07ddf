// Looks at leads one by one, with all that belongs to each: payload, deliveries, attempts, revisions, and
// whether any number is missing between them. In portions, each of which belongs to one moment. Inside the
// outbox only.
//
// Thread-safety: the connection's thread. Errors: SQLite::Exception; the portion can be skipped then.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace leadspool::outbox {

class Connection;
class Flaws;

// Hour, source, and what was decided at first.
using ReceivedIn = std::tuple<std::int64_t, std::string, std::string>;

struct ReceivedCount {
  std::int64_t count = 0;
  std::int64_t first_number = 0;
  std::int64_t last_number = 0;

  bool operator==(const ReceivedCount&) const = default;
};

struct LeadWalk {
  std::int64_t after = 0;  // all up to this number were looked at
  bool is_over = false;
  bool has_skipped = false;
  std::int64_t leads = 0;
  std::int64_t last_number = 0;  // the highest that was ever given, as the last portion found it
  std::map<ReceivedIn, ReceivedCount> received;
};

// The next portion, within one read transaction.
void check_next_leads(Connection& connection, LeadWalk& walk, Flaws& flaws);

// Passes over a portion that could not be read.
void skip_leads(LeadWalk& walk);

}  // namespace leadspool::outbox
