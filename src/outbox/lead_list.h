// A page of leads: those that a filter lets pass, newest first.
#pragma once

#include <cstdint>
#include <vector>

#include "outbox/reader.h"

namespace leadspool::outbox {

class Connection;

// As Reader::list().
[[nodiscard]] LeadPage list_leads(Connection& connection, LeadFilter filter, int limit, std::int64_t before);

}  // namespace leadspool::outbox
