// Whose leads are these: the leads that bear one person's e-mail address, in whatever case, as a word of its
// own: in their field, in a revision's changes, in a body that came or that a person gave. Not found is
// one in a compressed or form-encoded body ("anna%40contoso.com"), or one that stands in a script without
// blanks right behind a letter. Case is folded in ASCII alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"

namespace leadspool::outbox {

class Connection;

struct PersonLead {
  std::int64_t number = 0;
  Uuid id;
};

struct PersonLeads {
  std::vector<PersonLead> leads;  // newest first
  // Pass as `before` for the next piece; absent at the end. A piece may be empty though more follow: each
  // looks at a bounded number of leads, because it may run on the committer's thread, which serves everybody.
  std::optional<std::int64_t> next_before;
};

[[nodiscard]] PersonLeads find_leads_of_person(Connection& connection, const std::string& email,
                                               std::optional<std::int64_t> before = std::nullopt);

}  // namespace leadspool::outbox
