// The connections a server has open: how many there are of each address, and which of them idle, that is,
// have no whole request at present. When room is wanted, the one that has idled longest gives way, so that
// neither silent connections, nor those that drip their request byte by byte, can keep a lead out.
//
// Thread-safety: any thread. It grows with the connections that are open, and with nothing else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/ip_address.h"

namespace leadspool::http {

class OpenConnections {
 public:
  class Place;

  // For one more connection of an address.
  enum class Room { free, given_up, none };

  // Unless fewer than `most` are open, the one of that address that has idled longest is asked to end
  // (given_up); none: nothing could be done.
  [[nodiscard]] Room make_room(const IpAddress& address, std::size_t most);

  // Ends the reading side of the connection that has idled longest, which wakes its thread; a request that
  // has just arrived is still answered. False when none idles.
  [[nodiscard]] bool end_oldest();

  // For `longest` at most.
  void wait_until_none(std::chrono::milliseconds longest);

  // Ends every Place::idle_for(), those to come included. Waits until no connection is left, at most for
  // `grace`; then those that idle are asked to end, and so is any that comes to.
  void stop(std::chrono::milliseconds grace);

  [[nodiscard]] std::size_t count() const;
  // From how many addresses they come that are counted by address.
  [[nodiscard]] std::size_t addresses() const;

 private:
  using Places = std::list<Place*>;
  struct OfAddress {
    std::size_t count = 0;
    Places idle;  // longest first
  };

  void put_on_lists(Place& place);
  void take_off_lists(Place& place);
  void end(Place& place);

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::size_t count_ = 0;
  bool stopping_ = false;
  bool grace_is_over_ = false;
  Places idle_;  // longest first
  std::unordered_map<IpAddress, OfAddress> by_address_;
  std::condition_variable none_left_;
};

// One connection, counted from construction until leave() or destruction; busy at first.
// Ownership: its socket must stay open while it idles.
class OpenConnections::Place {
 public:
  // Without an address it is counted for none.
  Place(OpenConnections& connections, int socket, const std::optional<IpAddress>& address);
  ~Place() { leave(); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  // From here on it may be asked to end. Does nothing once it was.
  void set_idle();
  // From here on it is not asked to end.
  void set_busy();
  // The peer does not take what is written: until end_stuck() the connection may be asked to end, and is then
  // cut. False when it has been asked already.
  [[nodiscard]] bool begin_stuck();
  void end_stuck();

  // It is about to close, and counts no more. Idempotent; nothing but this and the destructor may follow.
  void leave();

  [[nodiscard]] bool asked_to_end() const;

  // Idles for `longest`, or until the server stops; then is busy. False when it was asked to end, before or
  // meanwhile.
  [[nodiscard]] bool idle_for(std::chrono::milliseconds longest);

 private:
  friend OpenConnections;

  OpenConnections& connections_;
  const int socket_;
  const std::optional<IpAddress> address_;

  // Guarded by the mutex_ of connections_.
  bool counted_ = true;
  OfAddress* of_address_ = nullptr;
  bool idle_ = false;
  bool stuck_ = false;
  bool idle_before_stuck_ = false;
  bool asked_to_end_ = false;
  Places::iterator among_all_;
  Places::iterator among_address_;
  std::condition_variable end_;
};

}  // namespace leadspool::http
