// Keeps the store in order on a thread of its own: what outbox/upkeep.h does in steps, one after another. It
// looks when it is woken, because a lead came or something was erased, and every minute.
//
// After each step it rests four times as long as the step took, so that it takes no more than a fifth of the
// committer's time from those who receive and deliver. A store that is in trouble is left alone until the
// next look.
//
// Thread-safety: start(), stop() and the destructor from one thread; wake() and reconfigure() from any.
// Errors: what breaks a look is logged; nothing ends the keeper but stop().
#pragma once

#include <memory>

#include "base/clock.h"
#include "outbox/committer.h"
#include "outbox/upkeep.h"

namespace leadspool::upkeep {

class Keeper {
 public:
  // Both outlive the keeper.
  Keeper(outbox::UpkeepRules rules, outbox::Committer& committer, const Clock& clock);
  // Stops, if stop() was not called.
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  void start();

  // There is something to do: look now.
  void wake();

  // In force from the next step on.
  void reconfigure(outbox::UpkeepRules rules);

  // After the step at hand. Idempotent.
  void stop();

  // What a look of the thread does, without its rests: steps until nothing is left, or a reader or the
  // store's trouble is in the way. For those who have no thread running.
  void run_once();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace leadspool::upkeep
