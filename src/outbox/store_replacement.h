// Putting a file in the place of the store that stands there. Inside the outbox only.
//
// Promise: whenever the process or the machine dies, a store stands there, the old one or the new one; else a
// service that starts would make an empty one. So the old one first gets a second name beside its own, and
// the new one then takes the name from it. In between it loses its log, which must never come to lie beside
// another file: by then the log has been emptied, unless the old store cannot be read anyway, and has its
// second name as well. What a next start finds is thus the old store under both names, or the new one.
//
// Thread-safety: none needed; nobody has either of the two open. Errors: StoreError, and then the old one
// stands there.
#pragma once

#include <string>

#include "base/time.h"

namespace leadspool::outbox {

// `new_store` is a single file, on disk, in the same folder. The old one's new name: "<path>.replaced-<now>",
// where its log is too, and what a lost store has left of one; empty: there was none.
[[nodiscard]] std::string replace_store(const std::string& path, const std::string& new_store, Time now);

}  // namespace leadspool::outbox
