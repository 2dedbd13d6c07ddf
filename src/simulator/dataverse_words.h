// How Dataverse words its answers, refusals above all.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

// {"error":{"code","message"}}
[[nodiscard]] http::Response dataverse_error(int status, std::string_view code, std::string_view message);

// An answer of OData with that JSON.
[[nodiscard]] http::Response dataverse_answer(std::string body);

[[nodiscard]] http::Response no_such_segment(std::string_view name);

// Without a token, or with one that lapsed or that nobody has issued.
[[nodiscard]] http::Response dataverse_unauthorized();

// Of a user whose roles do not allow to create a lead.
[[nodiscard]] http::Response dataverse_may_not_create();

// Of a text that is too long for its column.
[[nodiscard]] http::Response dataverse_too_long(std::string_view column, int max_length);

// What `fault` makes it say to a request for records.
[[nodiscard]] http::Response dataverse_words(const Fault& fault);

}  // namespace leadspool::simulator
