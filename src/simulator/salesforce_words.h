// How Salesforce words its refusals.
//
// Thread-safety: pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "http/message.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

// [{"message","errorCode","fields"}]; without `fields` there is no such member.
[[nodiscard]] http::Response salesforce_error(int status, std::string_view code, std::string_view message,
                                              const std::vector<std::string_view>& fields = {});

// {"error","error_description"}, as the token endpoint says it.
[[nodiscard]] http::Response salesforce_token_error(int status, std::string_view error, std::string_view why);

[[nodiscard]] http::Response salesforce_invalid_session();
[[nodiscard]] http::Response salesforce_may_not_create();

// What `fault` makes it say.
[[nodiscard]] http::Response salesforce_words(const Fault& fault);

}  // namespace leadspool::simulator
