// One copy of the store that was found good: made in steps with rests between them, then looked through.
//
// Thread-safety: any thread; one copy to a file. Errors: values; the file is there when it was found good,
// and never otherwise.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>

#include "base/clock.h"
#include "outbox/committer.h"
#include "outbox/verification.h"

namespace leadspool::upkeep {

struct CopyOrder {
  std::string store;  // its path
  std::string file;   // where to
  std::uint64_t minimum_free_bytes = 0;
  // How many times the length of a step the rest after it is.
  int rest = 0;
};

struct VerifiedCopy {
  outbox::Verification found;
  Time as_of;  // whatever was committed before is in it
};

// `pause` waits for so long, and says whether to go on; what takes longer ends when `give_up` becomes true.
// The text tells why there is no copy.
[[nodiscard]] std::variant<VerifiedCopy, std::string> make_verified_copy(
    const CopyOrder& order, outbox::Committer& committer, const Clock& clock,
    const std::function<bool(Milliseconds)>& pause, const std::atomic<bool>& give_up);

}  // namespace leadspool::upkeep
