// The answers that several routes of the admin API give.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

#include "base/time.h"
#include "http/message.h"
#include "outbox/corrections.h"

namespace leadspool::admin {

[[nodiscard]] http::Response ok(std::string content_type, std::string body);
[[nodiscard]] http::Response json_response(std::string body);

[[nodiscard]] http::Error make_error(int status, std::string code, std::string message);
[[nodiscard]] http::Error bad_body(std::string message);
[[nodiscard]] http::Error no_such_lead();
// What was asked for is not there any more, for good.
[[nodiscard]] http::Error erased(Time at);
[[nodiscard]] http::Error store_down(const std::string& why);
[[nodiscard]] http::Error read_only();

// What a person asked for, and the states of the lead's deliveries that stand in its way.
[[nodiscard]] http::Error not_possible(std::string message, const std::string& states);

// Throws std::runtime_error for a change that the store can never take: we made that one.
[[nodiscard]] http::Error not_committed(const outbox::Failure& failure);

}  // namespace leadspool::admin
