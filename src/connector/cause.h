// The cause of a failure: what the CRM said, without what differs from lead to lead, so that like dead
// letters group together and no personal data stands in the group's name.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>

namespace leadspool::connector {

// `words` as one short line, with e-mail addresses, numbers, ids and quoted values replaced by <email>,
// <number>, <id> and <value>. Names of fields stay: a word with fewer than four digits, and a quoted one in
// snake_case.
//
//   "Contact 4711: phone '+1 617' is no number"   ->   "Contact <number>: phone <value> is no number"
[[nodiscard]] std::string normalise_cause(std::string_view words);

// "HTTP 422: missing required field last_name": the status, the CRM's words normalised, and the field it
// named unless its words do so already. `words` and `field` may be empty.
[[nodiscard]] std::string http_cause(int status, std::string_view words, std::string_view field);

}  // namespace leadspool::connector
