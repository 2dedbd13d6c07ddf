// The door for the store's housekeeping: words into the search index, words of erased leads out of it,
// retention, space given back. Each step is one small change, so that receiving and delivering go on between
// them.
//
// What was erased, or removed by retention, leaves words in the index and copies in the log and in the unused
// space of the file: the index is rewritten, and then the other two are wiped (unused_space.h), until nothing
// is owed (StoreStatus::purging). A restart in between costs nothing but some of that work.
//
// Thread-safety: one thread at a time; each call blocks until its step is on disk.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "base/time.h"
#include "outbox/committer.h"
#include "outbox/retention.h"

namespace leadspool::outbox {

struct UpkeepRules {
  // Leads all of whose deliveries are delivered (or discarded, at least one delivered) are removed when the
  // last of them was so long ago, counted in whole days (UTC): once a day, since the index is rewritten each
  // time. nullopt: never. Dead, held and waiting ones stay, whatever their age, and so do the tombstones of
  // erased ones.
  std::optional<Milliseconds> keep_delivered;
};

// What a step leaves to be done.
enum class Left {
  nothing,  // for now
  more,
  waiting,  // for a reader to end: worth another try in a second
};

class Upkeep {
 public:
  // The committer outlives it.
  explicit Upkeep(Committer& committer) : committer_(committer) {}

  // Does the most urgent step there is, some tens of milliseconds' worth.
  [[nodiscard]] std::variant<Left, Failure> step(const UpkeepRules& rules, Time now);

  // How many leads retention has removed since it was asked last.
  [[nodiscard]] std::int64_t take_removed() { return std::exchange(progress_.removed, 0); }

 private:
  // How far it has come; what a restart forgets begins anew.
  struct Progress {
    bool indexed_last = false;
    std::optional<RetentionWalk> walk;
    std::uint32_t wipe_next = 1;  // the page
    std::int64_t removed = 0;
  };
  enum class Done { nothing, something, wipe_is_owed };

  [[nodiscard]] static Done change(Connection& connection, Progress& progress, const UpkeepRules& rules,
                                   Time now);
  [[nodiscard]] std::variant<Left, Failure> wipe();

  Committer& committer_;
  Progress progress_;
};

}  // namespace leadspool::outbox
