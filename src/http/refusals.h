// What the server itself answers, before or instead of any handler.
//
// Thread-safety: each call stands for itself.
#pragma once

#include <cstddef>

#include "http/connection.h"
#include "http/message.h"

namespace leadspool::http {

[[nodiscard]] Error request_timed_out();
[[nodiscard]] Error head_too_large();
[[nodiscard]] Error body_too_large(std::size_t limit_bytes);
[[nodiscard]] Error body_malformed();
[[nodiscard]] Error tls_needed();
[[nodiscard]] Error overloaded();

// Of a request line that cpp-httplib refused with `status`.
[[nodiscard]] Error request_line_refused(int status);

// Answers what never became a request. The connection is to be closed after it.
void write_refusal(Connection& connection, const Error& error);

}  // namespace leadspool::http
