// Leads with the bodies they are delivered with.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "base/uuid.h"
#include "lead/lead.h"
#include "outbox/reader.h"

namespace leadspool::outbox {

class Connection;

// What these promise is told at the Reader's functions of the same names.
[[nodiscard]] std::optional<LeadWithPayload> find_with_payload(Connection& connection, const Uuid& id);
[[nodiscard]] std::optional<LeadWithPayload> newest_readable(Connection& connection);
[[nodiscard]] LeadPortion readable_since(Connection& connection, Time since, int limit, std::int64_t after);

}  // namespace leadspool::outbox
