// Where to look for the leads of a list: of all filters the one that lets the fewest pass names candidates,
// by an index of its own; whoever looks at them checks the others on the row. So a list costs what it yields.
//
// Errors: SQLite::Exception.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "outbox/reader.h"

namespace leadspool::outbox {

class Connection;

// The numbers of the next candidates below `before`, newest first, each once, at most `count`; fewer only
// when there are no more behind them. Valid inside one read transaction.
using Candidates = std::function<std::vector<std::int64_t>(std::int64_t before, int count)>;

// All leads.
[[nodiscard]] Candidates every_lead(Connection& connection);

// Leads that the search index gives for `expression` (see match_all()), and all that are not in it yet.
[[nodiscard]] Candidates leads_with_words(Connection& connection, std::string expression);

// Leads of whom a person revised something.
[[nodiscard]] Candidates revised_leads(Connection& connection);

// Whatever any of them names.
[[nodiscard]] Candidates merged(std::vector<Candidates> all);

// Those of an ordered list.
[[nodiscard]] Candidates listed(std::vector<std::int64_t> newest_first);

// Leads with an e-mail address that begins so, or is it exactly, newest first; nullopt: more than `most`.
[[nodiscard]] std::optional<std::vector<std::int64_t>> leads_by_email(Connection& connection,
                                                                      const std::string& beginning, int most);

// The candidates of whichever of these filters is the narrowest, and how many there are at most. Neither time
// nor search is looked at.
struct CountedCandidates {
  Candidates next;
  std::int64_t count = 0;
};
[[nodiscard]] CountedCandidates narrowest(Connection& connection, const LeadFilter& filter);

// The last lead that is in the search index; those behind it have to be looked at.
[[nodiscard]] std::int64_t indexed_to(Connection& connection);

}  // namespace leadspool::outbox
