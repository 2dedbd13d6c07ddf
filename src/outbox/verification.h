// Proves a store, or a copy of one: that nothing is missing, nothing was altered, and no row says what cannot
// be.
//
// What is looked at: SQLite's own integrity and foreign keys; the schema, rule by rule, against that of this
// program; every payload against the SHA-256 of its receipt; every delivery's state, and that its history
// leads there; that attempts and revisions are numbered without a gap; that every number ever given to a lead
// is there, or was removed by retention; that the counts are those of the rows.
//
// The store may be in use meanwhile: reading is done in portions, so that the log is not pinned for long. A
// store of an older program is looked at as it will be after its upgrade, in a copy beside the temporary
// files.
//
// Thread-safety: any thread. Errors: throws StoreError when `path` is no store, is made by a newer program,
// or cannot be read at all.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace leadspool::outbox {

// One thing that is not as it must be.
struct Flaw {
  std::string check;  // of which Check it is
  // In words, with the lead's id and number where it is one lead's: "lead 01a1... (number 7): its payload is
  // not the one of its receipt". No personal data.
  std::string what;
};

// One kind of look, and how much was looked at.
struct Check {
  std::string name;  // "integrity", "schema", "payloads", "states", "history", "sequence", "counts"
  std::string what;  // for people: "payloads match their receipts"
  std::int64_t looked_at = 0;
  std::int64_t flaws = 0;  // all of them, also those that Verification::flaws leaves out
};

struct Verification {
  std::string path;
  int schema_version = 0;  // as found
  std::int64_t bytes = 0;
  std::int64_t leads = 0;        // erased ones included
  std::int64_t last_number = 0;  // the highest that any lead was ever given
  std::optional<Time> newest_received_at;
  std::vector<Check> checks;
  std::vector<Flaw> flaws;  // the first hundred of each check

  [[nodiscard]] bool is_good() const { return flaws.empty(); }
};

// Ends with a StoreError soon after `give_up`, where there is one, has become true.
[[nodiscard]] Verification verify_store(const std::string& path, const std::atomic<bool>* give_up = nullptr);

}  // namespace leadspool::outbox
