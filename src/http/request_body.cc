#include "http/request_body.h"

#include "http/chunked_body.h"
#include "http/read_bytes.h"
#include "http/refusals.h"

namespace leadspool::http {

namespace {

// The peer must not take our own doing for its own fault: it would not send that lead again.
Error cut_short(const Connection& connection, const OpenConnections::Place& place) {
  if (place.asked_to_end()) return overloaded();
  return connection.timed_out() ? request_timed_out() : body_malformed();
}

}  // namespace

std::optional<Error> read_body(Connection& connection, const OpenConnections::Place& place, const Head& head,
                               std::size_t max_bytes, std::string& body) {
  const auto length = head.content_length.value_or(0);
  if (length == 0 && !head.chunked) return std::nullopt;
  if (length > max_bytes) return body_too_large(max_bytes);
  if (head.expects_continue && !connection.write("HTTP/1.1 100 Continue\r\n\r\n")) {
    return cut_short(connection, place);
  }
  const ReadBytes read = [&](char* into, std::size_t size) { return connection.read(into, size); };
  if (head.chunked) {
    switch (read_chunked_body(read, max_bytes, body)) {
      case ChunkedBody::complete:
        return std::nullopt;
      case ChunkedBody::cut_short:
        return cut_short(connection, place);
      case ChunkedBody::malformed:
        return body_malformed();
      case ChunkedBody::too_large:
        return body_too_large(max_bytes);
    }
  }
  if (!append_bytes(read, length, body)) return cut_short(connection, place);
  return std::nullopt;
}

}  // namespace leadspool::http
