#include "http/idle_connections.h"

#include <sys/socket.h>

namespace leadspool::http {

IdleConnections::Place IdleConnections::enter(int socket) {
  const std::lock_guard lock(mutex_);
  return idle_.insert(idle_.end(), Entry{socket, false});
}

void IdleConnections::leave(Place place) {
  const std::lock_guard lock(mutex_);
  (place->asked_to_end ? ending_ : idle_).erase(place);
}

bool IdleConnections::end_oldest() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return false;
  const auto oldest = idle_.begin();
  oldest->asked_to_end = true;
  ending_.splice(ending_.end(), idle_, oldest);
  // Under the lock, so that the number cannot have gone to another socket.
  shutdown(oldest->socket, SHUT_RD);
  return true;
}

}  // namespace leadspool::http
