// The body of a request, read to its end as the head says it, or refused.
//
// Thread-safety: each call stands for itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "http/connection.h"
#include "http/head.h"
#include "http/message.h"
#include "http/open_connections.h"

namespace leadspool::http {

// Into `body`. An Error, after which nothing more can be made of the connection, when it is longer than
// `max_bytes`, malformed, or does not arrive; `place` tells whether that is our own doing.
[[nodiscard]] std::optional<Error> read_body(Connection& connection, const OpenConnections::Place& place,
                                             const Head& head, std::size_t max_bytes, std::string& body);

}  // namespace leadspool::http
