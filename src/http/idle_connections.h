// The connections that wait between two requests. When every thread is taken, the one that has waited
// longest gives way to a new connection, so that idle ones cannot keep a lead out.
//
// Thread-safety: any thread.
#pragma once

#include <list>
#include <mutex>

namespace leadspool::http {

class IdleConnections {
 public:
  struct Entry {
    int socket;
    bool asked_to_end;
  };
  using Place = std::list<Entry>::iterator;

  // `socket` must stay open until leave().
  [[nodiscard]] Place enter(int socket);
  void leave(Place place);

  // Ends the reading side of the connection that has waited longest, which wakes its thread; a request that
  // has just arrived is still answered. False when none is idle.
  [[nodiscard]] bool end_oldest();

 private:
  std::mutex mutex_;
  // Guarded by mutex_. Oldest first.
  std::list<Entry> idle_;
  std::list<Entry> ending_;
};

}  // namespace leadspool::http
