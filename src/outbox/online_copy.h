// A copy of the store, made while it is written to: one file of its own, as the store was at one moment.
//
// It is made in small steps by the committer's own connection. SQLite then carries what is committed between
// two steps over into the copy, so that it never begins anew, no reader pins the log, and nobody waits for
// more than a step. The caller rests between the steps.
//
// Promise: when step() has said `done`, the file holds everything that was committed before that step began,
// and nothing else; it is on disk, with its folder's entry; it is in no WAL mode, so nothing stands beside
// it. Whoever wants to rely on it looks through it (verification.h).
//
// Thread-safety: one thread at a time; each call blocks until its step is done.
// Ownership: the destructor removes an unfinished file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "outbox/committer.h"

namespace leadspool::outbox {

struct CopyProgress {
  bool done = false;
  std::int64_t pages_left = 0;
  std::int64_t pages = 0;
};

class OnlineCopy {
 public:
  // The committer outlives it. `file` is made 0600 with the first step; one that exists is refused
  // (StoreError), as is a folder where it cannot be made.
  OnlineCopy(Committer& committer, std::string file);
  ~OnlineCopy();
  OnlineCopy(const OnlineCopy&) = delete;
  OnlineCopy& operator=(const OnlineCopy&) = delete;

  // Copies the next pages. A store whose connection was opened anew in between begins again by itself. After
  // a Failure (no room, a disk that fails) the copy is given up.
  [[nodiscard]] std::variant<CopyProgress, Failure> step();

 private:
  class Copying;
  std::unique_ptr<Copying> copying_;
};

}  // namespace leadspool::outbox
