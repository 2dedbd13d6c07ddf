// What Marketo says. Response-level refusals, of a whole request: {"requestId", "success": false, "errors"};
// of one lead: {"requestId", "success": true, "result": [{"status": "skipped", "reasons"}]}; each with code
// and message.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

// With an array.
[[nodiscard]] http::Response marketo_result(const std::string& request_id, const std::string& result_json);
[[nodiscard]] http::Response marketo_error(const std::string& request_id, std::string_view code,
                                           std::string_view message);
// {"status": "skipped", "reasons": [..]}
[[nodiscard]] std::string marketo_skipped(std::string_view code, std::string_view message);

// Of the token endpoint: {"error", "error_description"}.
[[nodiscard]] http::Response marketo_token_error(int status, std::string_view error,
                                                 std::string_view description);

[[nodiscard]] http::Response marketo_words(const Fault& fault, const std::string& request_id);

}  // namespace leadspool::simulator
