// The cause of a failure: what the CRM said, without what differs from lead to lead, so that like dead
// letters group together and no personal data stands in the group's name.
//
// Thread-safety: pure.
#pragma once

#include <string>
#include <string_view>

#include "lead/lead.h"

namespace leadspool::connector {

// `words` as one short line, in which what was said of this lead alone gave way to a stand-in:
//
//   <value>    quoted text, and the person's own data in `lead`, wherever it stands
//   <email>    e-mail addresses
//   <number>   numbers, telephone numbers, dates, times and IP addresses, however many in a row
//   <id>       record ids and the like
//   <url>      web addresses
//
// What names the reason stays: the name of a field (a word with fewer than four digits; quoted, one with an
// underscore, or beside a word like "field"), and the code of an error ("0x80040333", "AADSTS7000215",
// "INVALID_EMAIL").
//
//   "Contact 4711: phone '+1 617' is no number"   ->   "Contact <number>: phone <value> is no number"
[[nodiscard]] std::string normalise_cause(std::string_view words, const LeadFields& lead = {});

// "HTTP 422: missing required field last_name": the status, the CRM's words normalised, and the field it
// named unless its words do so already, or what it named cannot be one. `words` and `field` may be empty.
[[nodiscard]] std::string http_cause(int status, std::string_view words, std::string_view field,
                                     const LeadFields& lead = {});

}  // namespace leadspool::connector
