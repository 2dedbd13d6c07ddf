// One request at a time read from a connection, handed to the router, and answered.
//
// Thread-safety: one thread. Ownership: what it was made from must outlive it.
// Errors: throws when memory runs out, and for nothing else.
#pragma once

#include <memory>
#include <optional>

#include "base/ip_address.h"
#include "http/connection.h"
#include "http/connection_rules.h"
#include "http/open_connections.h"

namespace leadspool::http {

// One accepted connection, whom it is from (nullopt: a Unix socket), and its place among the others.
struct Accepted {
  Connection& connection;
  OpenConnections::Place& place;
  const std::optional<IpAddress>& peer;
};

class Exchange {
 public:
  Exchange(const Accepted& accepted, const ServedBy& by);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Answers one request; false when it was the last of its connection. The place becomes busy once the
  // request is in as a whole, and not before.
  [[nodiscard]] bool run();

  // Whether the peer may still be sending what we do not want.
  [[nodiscard]] bool left_unread() const;

 private:
  class Conversation;
  std::unique_ptr<Conversation> conversation_;
};

}  // namespace leadspool::http
