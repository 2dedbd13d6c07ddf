#include "http/open_connections.h"

#include <sys/socket.h>

namespace leadspool::http {

OpenConnections::Place::Place(OpenConnections& connections, int socket,
                              const std::optional<IpAddress>& address)
    : connections_(connections), socket_(socket), address_(address) {
  const std::lock_guard lock(connections_.mutex_);
  ++connections_.count_;
  if (!address_) return;
  of_address_ = &connections_.by_address_[*address_];
  ++of_address_->count;
}

void OpenConnections::Place::set_idle() {
  const std::lock_guard lock(connections_.mutex_);
  connections_.put_on_lists(*this);
}

void OpenConnections::Place::set_busy() {
  const std::lock_guard lock(connections_.mutex_);
  connections_.take_off_lists(*this);
}

void OpenConnections::Place::leave() {
  const std::lock_guard lock(connections_.mutex_);
  if (!counted_) return;
  counted_ = false;
  connections_.take_off_lists(*this);
  if (--connections_.count_ == 0) connections_.none_left_.notify_one();
  if (of_address_ != nullptr && --of_address_->count == 0) connections_.by_address_.erase(*address_);
}

bool OpenConnections::Place::asked_to_end() const {
  const std::lock_guard lock(connections_.mutex_);
  return asked_to_end_;
}

bool OpenConnections::Place::idle_for(std::chrono::milliseconds longest) {
  std::unique_lock lock(connections_.mutex_);
  if (!connections_.stopping_) connections_.put_on_lists(*this);
  end_.wait_for(lock, longest, [&] { return asked_to_end_ || connections_.stopping_; });
  connections_.take_off_lists(*this);
  return !asked_to_end_;
}

bool OpenConnections::Place::begin_stuck() {
  const std::lock_guard lock(connections_.mutex_);
  stuck_ = true;
  idle_before_stuck_ = idle_;
  connections_.put_on_lists(*this);
  return !asked_to_end_;
}

void OpenConnections::Place::end_stuck() {
  const std::lock_guard lock(connections_.mutex_);
  stuck_ = false;
  if (!idle_before_stuck_) connections_.take_off_lists(*this);
}

OpenConnections::Room OpenConnections::make_room(const IpAddress& address, std::size_t most) {
  const std::lock_guard lock(mutex_);
  const auto found = by_address_.find(address);
  if (found == by_address_.end() || found->second.count < most) return Room::free;
  if (found->second.idle.empty()) return Room::none;
  end(*found->second.idle.front());
  return Room::given_up;
}

bool OpenConnections::end_oldest() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return false;
  end(*idle_.front());
  return true;
}

void OpenConnections::wait_until_none(std::chrono::milliseconds longest) {
  std::unique_lock lock(mutex_);
  none_left_.wait_for(lock, longest, [&] { return count_ == 0; });
}

void OpenConnections::stop(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  for (auto* place : idle_) place->end_.notify_one();
  none_left_.wait_for(lock, grace, [&] { return count_ == 0; });
  grace_is_over_ = true;
  while (!idle_.empty()) end(*idle_.front());
}

std::size_t OpenConnections::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

std::size_t OpenConnections::addresses() const {
  const std::lock_guard lock(mutex_);
  return by_address_.size();
}

// Called with mutex_ held.
void OpenConnections::put_on_lists(Place& place) {
  if (place.idle_ || place.asked_to_end_) return;
  place.idle_ = true;
  place.among_all_ = idle_.insert(idle_.end(), &place);
  auto* address = place.of_address_;
  if (address != nullptr) place.among_address_ = address->idle.insert(address->idle.end(), &place);
  if (grace_is_over_) end(place);
}

// Called with mutex_ held.
void OpenConnections::take_off_lists(Place& place) {
  if (!place.idle_) return;
  place.idle_ = false;
  idle_.erase(place.among_all_);
  if (place.of_address_ != nullptr) place.of_address_->idle.erase(place.among_address_);
}

// Called with mutex_ held, so that the socket's number cannot have gone to another.
void OpenConnections::end(Place& place) {
  take_off_lists(place);
  place.asked_to_end_ = true;
  shutdown(place.socket_, place.stuck_ ? SHUT_RDWR : SHUT_RD);
  place.end_.notify_one();
}

}  // namespace leadspool::http
