// What trying a destination out has shown, as the admin API gives it, as text for a person in a terminal.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

namespace leadspool::app {

// From POST /api/v1/destinations/{name}/test: a line for each step, and below one that failed what to change.
[[nodiscard]] std::string test_text(const std::string& json);

// From GET /api/v1/destinations/{name}/preview of one lead: the request as it would be sent, JSON laid out,
// and below it what is cut and why it would not be sent.
[[nodiscard]] std::string preview_text(const std::string& json);

// From the same of many leads: a table of those that would be rejected or cut, and the counts.
[[nodiscard]] std::string preview_findings_text(const std::string& json);

}  // namespace leadspool::app
