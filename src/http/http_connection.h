// The requests of one connection, answered one after the other through the router.
//
// Thread-safety: each call serves a connection of its own; any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>

#include "http/connection.h"
#include "http/idle_connections.h"
#include "http/router.h"

namespace leadspool::http {

struct ConnectionRules {
  std::size_t max_body_bytes;
  // How long a connection may stay idle between requests; see ServerOptions.
  std::chrono::milliseconds keep_alive;
  // How long the TLS handshake may take, and from there the first byte.
  std::chrono::milliseconds longest_silence;
  // All of one request must have arrived within this.
  std::chrono::milliseconds longest_request;
};

// What a server's connections share. All must outlive them.
struct ServedBy {
  const Router& router;
  const ConnectionRules& rules;
  IdleConnections& idle;
  const std::atomic<bool>& stopping;
  std::function<bool()> is_busy;  // whether connections are running short
};

// Serves until either side wants no more. Throws nothing.
void serve(Connection& connection, const ServedBy& by) noexcept;

// Answers the first request, whatever it is, with 503. Throws nothing.
void refuse(Connection& connection) noexcept;

}  // namespace leadspool::http
