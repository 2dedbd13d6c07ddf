// The requests of one connection, answered one after the other through the router.
//
// Thread-safety: each call serves a connection of its own; any thread.
#pragma once

#include "http/connection.h"
#include "http/connection_rules.h"
#include "http/exchange.h"

namespace leadspool::http {

// Serves until either side wants no more, and leaves the place. Throws nothing.
void serve(const Accepted& accepted, const ServedBy& by) noexcept;

// Answers the first request, whatever it is, with 503. Throws nothing.
void refuse(Connection& connection) noexcept;

}  // namespace leadspool::http
