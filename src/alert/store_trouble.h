// What is wrong with the store, its disk and its copies; a part of find_troubles() (trouble.h).
//
// Thread-safety: pure.
#pragma once

#include <vector>

#include "alert/facts.h"
#include "alert/trouble.h"
#include "base/time.h"

namespace leadspool::alert {

// Appends to `found`.
void find_store_troubles(const Facts& facts, const Limits& limits, Time now, std::vector<Trouble>& found);

}  // namespace leadspool::alert
