#include "http/streamed_body.h"

#include <array>
#include <charconv>
#include <exception>

#include "base/log.h"

namespace leadspool::http {

namespace {

std::string as_chunk(const std::string& part) {
  std::array<char, 16> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), part.size(), 16).ptr;
  std::string chunk;
  chunk.reserve(part.size() + digits.size() + 4);
  chunk.append(digits.data(), end).append("\r\n").append(part).append("\r\n");
  return chunk;
}

bool write_all(Connection& connection, Framing framing, const NextPart& next_part,
               const std::atomic<bool>& stopping) {
  while (const auto part = next_part()) {
    if (stopping) return false;
    if (part->empty()) {
      if (connection.peer_hung_up()) return false;
      continue;
    }
    if (!connection.write(framing == Framing::chunked ? as_chunk(*part) : *part)) return false;
  }
  return framing == Framing::until_close || connection.write("0\r\n\r\n");
}

}  // namespace

bool write_streamed_body(Connection& connection, Framing framing, const NextPart& next_part,
                         const std::atomic<bool>& stopping) {
  try {
    return write_all(connection, framing, next_part, stopping);
  } catch (const std::exception& failure) {
    log_error("answer_failed", {{"reason", failure.what()}, {"consequence", "the answer was cut off"}});
    return false;
  }
}

}  // namespace leadspool::http
