// What must hold of a store after any fault, whatever was acknowledged before it.
//
// Thread-safety: any thread, each on a store of its own.
#pragma once

#include <string>
#include <vector>

namespace leadspool::test {

// Opens the store as a starting service does and returns what is wrong with it, in words; empty when all is
// well:
//   - every acknowledged lead is there, none twice, no number is missing
//   - an acknowledged attempt is in the history, and what was delivered stays delivered
//   - histories are numbered from 1 without gaps; no row is one that the schema forbids; the file is sound
// `acknowledged` has lines "accepted ID" and "finished ID STATE ATTEMPT".
[[nodiscard]] std::vector<std::string> faults_of_store(const std::string& path,
                                                       const std::string& acknowledged);

}  // namespace leadspool::test
