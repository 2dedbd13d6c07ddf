// The connections that have no whole request yet: they wait for one, or are still reading it. When every
// thread is taken, the one that has been at it longest gives way to a new connection, so that neither idle
// ones nor those that drip their request byte by byte can keep a lead out.
//
// Thread-safety: any thread; a Place, one thread.
#pragma once

#include <list>
#include <mutex>

namespace leadspool::http {

class IdleConnections {
 public:
  // Being on the list, from construction until leave() or destruction.
  class Place {
   public:
    // `socket` must stay open until the place is left.
    Place(IdleConnections& connections, int socket);
    ~Place() { leave(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    // From here on the connection is not asked to end. Does nothing the second time.
    void leave();

    // Whether end_oldest() chose this one.
    [[nodiscard]] bool asked_to_end() const;

   private:
    friend IdleConnections;

    IdleConnections& connections_;
    const int socket_;
    // Guarded by the list's mutex_.
    std::list<Place*>::iterator position_;
    bool listed_ = true;
    bool asked_to_end_ = false;
  };

  // Ends the reading side of the connection that entered first, which wakes its thread; a request that has
  // just arrived is still answered. False when there is none.
  [[nodiscard]] bool end_oldest();

 private:
  std::mutex mutex_;
  // Guarded by mutex_. Oldest first.
  std::list<Place*> places_;
};

}  // namespace leadspool::http
