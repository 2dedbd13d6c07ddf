// The body of an answer that is made while it is written (Response::next_part).
//
// Thread-safety: each call stands for itself.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "http/connection.h"

namespace leadspool::http {

using NextPart = std::function<std::optional<std::string>()>;

// How the peer knows where the body ends.
enum class Framing { chunked, until_close };

// Writes part after part, each as soon as the peer has taken the one before, so that there is never more than
// one in memory. False, and the connection is to be cut, when the peer goes away or does not take a part
// (Connection::write()), when the server is stopping and there is more to come, or when `next_part` throws,
// which is logged.
[[nodiscard]] bool write_streamed_body(Connection& connection, Framing framing, const NextPart& next_part,
                                       const std::atomic<bool>& stopping);

}  // namespace leadspool::http
