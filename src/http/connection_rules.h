// What the connections of one server share: the rules they are served by, and each other.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>

#include "base/current.h"
#include "base/ip_address.h"
#include "http/open_connections.h"
#include "http/router.h"

namespace leadspool::http {

// See ServerOptions.
struct ConnectionRules {
  std::size_t max_body_bytes;
  std::size_t max_connections;
  std::size_t max_connections_per_address;
  Networks trusted_proxies;
  // How long a connection may stay idle between requests.
  std::chrono::milliseconds keep_alive;
  // How long the TLS handshake may take, and from there the first byte; later, how long between two bytes.
  std::chrono::milliseconds longest_silence;
  // All of one request must have arrived within this.
  std::chrono::milliseconds longest_request;
};

// All must outlive the connections.
struct ServedBy {
  const Router& router;
  const Current<ConnectionRules>& rules;  // looked at anew for each request
  OpenConnections& open;
  const std::atomic<bool>& stopping;
};

}  // namespace leadspool::http
