// What an erasure has removed, or would, as the JSON of the admin API. No address and no text of the person
// is in it.
//
// Thread-safety: pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/uuid.h"
#include "outbox/erasures.h"

namespace leadspool::admin {

// {"erased","spared","elsewhere","purging"}. Copies of what was erased lie in the store's files until the
// upkeep has written them anew: "purging" here, and in the status until it is done.
[[nodiscard]] std::string erased_json(const outbox::Erased& erased);

// The same of all leads of a person, with {"dry_run":false}.
[[nodiscard]] std::string erased_person_json(const outbox::Erased& erased);

// {"dry_run":true,"would_erase","elsewhere"}
[[nodiscard]] std::string would_erase_json(const std::vector<Uuid>& leads,
                                           const std::vector<outbox::RecordElsewhere>& elsewhere);

}  // namespace leadspool::admin
