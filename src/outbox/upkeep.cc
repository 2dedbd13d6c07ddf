#include "outbox/upkeep.h"

#include <chrono>

#include "outbox/connection.h"
#include "outbox/search_index.h"
#include "outbox/unused_space.h"

namespace leadspool::outbox {
namespace {

Time beginning_of_day(Time time) { return std::chrono::floor<std::chrono::days>(time); }

}  // namespace

std::variant<Left, Failure> Upkeep::step(const UpkeepRules& rules, Time now) {
  Progress progress;
  Done done = Done::nothing;
  const auto failure = committer_.commit(Urgency::always, [&](Connection& connection) {
    progress = progress_;
    done = change(connection, progress, rules, now);
  });
  if (failure) return *failure;
  progress_ = progress;
  if (done == Done::wipe_is_owed) return wipe();
  return done == Done::something ? Left::more : Left::nothing;
}

Upkeep::Done Upkeep::change(Connection& connection, Progress& progress, const UpkeepRules& rules, Time now) {
  // Every other step, so that leads that keep coming hold up nothing else.
  const bool turn_of_the_rest = progress.indexed_last;
  progress.indexed_last = !turn_of_the_rest && index_next_leads(connection);
  if (progress.indexed_last) return Done::something;

  if (rules.keep_delivered) {
    const Time limit = beginning_of_day(now - *rules.keep_delivered);
    if (!progress.walk || progress.walk->limit != limit) progress.walk = begin_retention(connection, limit);
    if (!progress.walk->is_over()) {
      progress.removed += remove_delivered(connection, *progress.walk);
      return Done::something;
    }
  }
  if (purge_step(connection)) {
    progress.wipe_next = 1;
    return Done::something;
  }
  if (purge_state(connection) == Purge::wipe) return Done::wipe_is_owed;
  if (give_space_back(connection)) return Done::something;
  remove_old_words(connection, now);
  return turn_of_the_rest ? Done::something : Done::nothing;
}

std::variant<Left, Failure> Upkeep::wipe() {
  std::optional<std::uint32_t> next;
  auto failure = committer_.run_alone(
      [&](Connection& connection) { next = wipe_unused_space(connection, progress_.wipe_next); });
  if (failure) return *failure;
  if (!next) return Left::waiting;
  if (*next != 0) {
    progress_.wipe_next = *next;
    return Left::more;
  }
  failure = committer_.commit(Urgency::always, [](Connection& connection) {
    // Something may have been erased meanwhile.
    if (purge_state(connection) == Purge::wipe) set_purge(connection, Purge::none);
  });
  if (failure) return *failure;
  progress_.wipe_next = 1;
  return Left::more;
}

}  // namespace leadspool::outbox
