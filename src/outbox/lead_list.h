// The query behind a page of leads: which leads a filter lets pass, newest first.
#pragma once

#include <cstdint>
#include <string>

#include "outbox/reader.h"

namespace SQLite {
class Statement;
}

namespace leadspool::outbox {

// Its rows are the lead's number, whether it is unrouted, and then what read_lead() expects (lead_row.h).
[[nodiscard]] std::string list_sql(const LeadFilter& filter);

// `list` is the statement of list_sql(filter). Leads with a number below `before`, at most `limit`.
void bind_list(SQLite::Statement& list, const LeadFilter& filter, int limit, std::int64_t before);

}  // namespace leadspool::outbox
