#include "http/idle_connections.h"

#include <sys/socket.h>

namespace leadspool::http {

IdleConnections::Place::Place(IdleConnections& connections, int socket)
    : connections_(connections), socket_(socket) {
  const std::lock_guard lock(connections_.mutex_);
  position_ = connections_.places_.insert(connections_.places_.end(), this);
}

void IdleConnections::Place::leave() {
  const std::lock_guard lock(connections_.mutex_);
  if (!listed_) return;
  connections_.places_.erase(position_);
  listed_ = false;
}

bool IdleConnections::Place::asked_to_end() const {
  const std::lock_guard lock(connections_.mutex_);
  return asked_to_end_;
}

bool IdleConnections::end_oldest() {
  const std::lock_guard lock(mutex_);
  if (places_.empty()) return false;
  auto& oldest = *places_.front();
  places_.pop_front();
  oldest.listed_ = false;
  oldest.asked_to_end_ = true;
  // Under the lock, so that the number cannot have gone to another socket.
  shutdown(oldest.socket_, SHUT_RD);
  return true;
}

}  // namespace leadspool::http
