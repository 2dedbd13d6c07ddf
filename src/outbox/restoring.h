// Putting a copy in the place of a store that was lost or spoilt, without repeating what was done since.
//
// What the copy calls pending or claimed may have reached its CRM after the copy was made, and nobody here
// can know. So each such delivery becomes a dead letter with an attempt of outcome `ambiguous` and the cause
// kRestoredCause: a person looks, and redrives them together or one by one. Redrives under way are cancelled.
// Leads that were erased since, as far as the store that is replaced can tell, are erased again.
//
// Thread-safety: none needed; no service runs. Errors: StoreError, whose text is for the operator; then
// nothing was changed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "outbox/verification.h"

namespace leadspool::outbox {

inline constexpr std::string_view kRestoredCause = "restored from a copy: may have been delivered since";

// What a present store has that the copy has not.
struct RestoreLoss {
  std::int64_t leads = 0;       // that came after the copy was made
  std::int64_t deliveries = 0;  // that were delivered since
  std::int64_t changes = 0;     // by people: rows of the audit
  std::int64_t erased = 0;      // leads that were erased since
};

struct RestorePlan {
  Verification copy;
  // How many deliveries become dead letters because nobody knows whether they went out since.
  std::int64_t ambiguous = 0;
  bool store_exists = false;
  // nullopt: there is no store, or it cannot be read, and `unreadable` tells why.
  std::optional<RestoreLoss> loss;
  std::string unreadable;
};

// Looks, and changes nothing. Throws StoreError when `copy` is not good.
[[nodiscard]] RestorePlan plan_restore(const std::string& copy, const std::string& store_path);

struct RestoreReport {
  std::int64_t leads = 0;
  std::int64_t ambiguous = 0;
  std::int64_t erased_again = 0;
  std::string
      moved_to;  // where the store that stood there is now, with its log beside it; empty: there was none
};

// Needs the lock of `store_path`, and a good copy. A store that stands there is moved beside itself, never
// removed, and only where `move_present` allows it; else StoreError. The copy's file stays as it is. A crash
// ends with the store that was, or with the new one.
[[nodiscard]] RestoreReport restore_store(const std::string& copy, const std::string& store_path,
                                          bool move_present, Time now);

}  // namespace leadspool::outbox
