#include "http/http_connection.h"

#include <algorithm>
#include <exception>

#include "base/log.h"
#include "http/exchange.h"
#include "http/head.h"
#include "http/refusals.h"

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBusyKeepAlive{1'000};
constexpr milliseconds kLongestRefusal{2'000};

milliseconds longest_idling(const ServedBy& by) {
  const auto rules = by.rules.get();
  const bool crowded = by.open.count() * 2 >= rules->max_connections;
  return crowded ? std::min(kBusyKeepAlive, rules->keep_alive) : rules->keep_alive;
}

// Whether another request begins before the connection has been idle for too long.
bool wait_for_next(Connection& connection, const ServedBy& by) {
  constexpr milliseconds kStep{1'000};
  auto result = Connection::Wait::timed_out;
  milliseconds waited{0};
  while (result == Connection::Wait::timed_out) {
    const auto longest = longest_idling(by);
    if (waited >= longest) break;
    const auto step = std::min(kStep, longest - waited);
    result = connection.wait_readable(step);
    waited += step;
  }
  return result == Connection::Wait::readable;
}

// Through the handshake and up to the first byte of a request; false when it does not come.
bool wait_for_first(Connection& connection, milliseconds longest) {
  return connection.handshake(longest) && connection.wait_readable(longest) == Connection::Wait::readable;
}

// Throws when memory runs out, and for nothing else.
void serve_requests(const Accepted& accepted, const ServedBy& by) {
  auto& [connection, place, peer] = accepted;
  connection.on_write_waits([&place = place] { return place.begin_stuck(); },
                            [&place = place] { place.end_stuck(); });
  // Idle beyond the last request unless that was handled, so that closing can be cut short, too.
  place.set_idle();
  if (!wait_for_first(connection, by.rules.get()->longest_silence)) {
    if (connection.peer_speaks_plain_http()) write_refusal(connection, tls_needed());
    connection.close(connection.peer_speaks_plain_http());
    return;
  }
  Exchange exchange(accepted, by);
  while (exchange.run()) {
    place.set_idle();
    if (!wait_for_next(connection, by)) break;
  }
  connection.close(exchange.left_unread());
}

void report(const std::exception& failure) {
  log_error("connection_failed", {{"reason", failure.what()}, {"consequence", "connection closed"}});
}

}  // namespace

void serve(const Accepted& accepted, const ServedBy& by) noexcept {
  try {
    serve_requests(accepted, by);
  } catch (const std::exception& failure) {
    report(failure);
  }
  // Before the socket closes: a client that saw the end of this connection may begin its next.
  accepted.place.leave();
}

void refuse(Connection& connection) noexcept {
  try {
    if (!connection.handshake(kLongestRefusal)) return;
    // Answering before the request is in would reset the connection and lose the answer.
    connection.set_read_limit(kLongestRefusal);
    if (connection.read_head(kMaxHeadBytes) == std::string_view{}) return;
    write_refusal(connection, overloaded());
    connection.close(true);
  } catch (const std::exception& failure) {
    report(failure);
  }
}

}  // namespace leadspool::http
