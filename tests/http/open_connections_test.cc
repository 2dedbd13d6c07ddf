#include "http/open_connections.h"

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "support/catch.h"

namespace leadspool::http {
namespace {

using namespace std::chrono_literals;
using Place = OpenConnections::Place;
using Room = OpenConnections::Room;

const auto kHere = IpAddress::parse("192.0.2.1").value();
const auto kThere = IpAddress::parse("192.0.2.2").value();

constexpr int kNoSocket = -1;  // its shutdown() fails, which nobody minds

}  // namespace

TEST_CASE("the table of addresses holds those with open connections, and no other") {
  OpenConnections open;
  {
    std::vector<std::unique_ptr<Place>> places;
    for (int i = 0; i < 1000; ++i) {
      const auto text = "10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250);
      for (int n = 0; n < 2; ++n) {
        places.push_back(std::make_unique<Place>(open, kNoSocket, IpAddress::parse(text)));
        places.back()->set_idle();
      }
    }
    const Place uncounted(open, kNoSocket, std::nullopt);
    REQUIRE(open.count() == 2001);
    REQUIRE(open.addresses() == 1000);
  }
  REQUIRE(open.count() == 0);
  REQUIRE(open.addresses() == 0);
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(open.make_room(IpAddress::parse("10.1.0." + std::to_string(i % 250)).value(), 1) == Room::free);
  }
  REQUIRE(open.addresses() == 0);
}

TEST_CASE("room is made among those of the address, by the one that has idled longest") {
  OpenConnections open;
  Place other(open, kNoSocket, kThere);
  other.set_idle();
  Place first(open, kNoSocket, kHere);
  Place second(open, kNoSocket, kHere);
  REQUIRE(open.make_room(kHere, 3) == Room::free);
  REQUIRE(open.make_room(kHere, 2) == Room::none);

  second.set_idle();
  first.set_idle();
  REQUIRE(open.make_room(kHere, 2) == Room::given_up);
  REQUIRE(second.asked_to_end());
  REQUIRE_FALSE(first.asked_to_end());
  REQUIRE(open.make_room(kHere, 2) == Room::given_up);
  REQUIRE(first.asked_to_end());
  REQUIRE(open.make_room(kHere, 2) == Room::none);
  REQUIRE_FALSE(other.asked_to_end());
}

TEST_CASE("among all, the one that has idled longest gives way, wherever it is from") {
  OpenConnections open;
  Place first(open, kNoSocket, std::nullopt);
  Place second(open, kNoSocket, kHere);
  REQUIRE_FALSE(open.end_oldest());
  second.set_idle();
  first.set_idle();
  second.set_idle();  // it does already
  REQUIRE(open.end_oldest());
  REQUIRE(second.asked_to_end());
  first.set_busy();
  REQUIRE_FALSE(open.end_oldest());
  second.set_idle();  // it was asked already
  REQUIRE_FALSE(open.end_oldest());
  REQUIRE_FALSE(first.asked_to_end());
}

TEST_CASE("who is asked to end stops idling, and idles no more") {
  OpenConnections open;
  Place place(open, kNoSocket, kHere);
  bool idled_on = true;
  std::thread idling([&] { idled_on = place.idle_for(1h); });
  while (!open.end_oldest()) std::this_thread::yield();
  idling.join();
  REQUIRE_FALSE(idled_on);
  REQUIRE_FALSE(place.idle_for(1h));
}

TEST_CASE("a stop has patience with those that idle, and none with one that does so on purpose") {
  OpenConnections open;
  Place idle(open, kNoSocket, kHere);
  Place busy(open, kNoSocket, kHere);
  idle.set_idle();
  std::thread stopping([&] { open.stop(1h); });
  const bool was_not_asked = busy.idle_for(1h);
  const bool idle_was_asked = idle.asked_to_end();
  busy.leave();
  idle.leave();
  stopping.join();
  REQUIRE(was_not_asked);
  REQUIRE_FALSE(idle_was_asked);
}

TEST_CASE("when its patience is over, a stop asks all to end that idle, and that come to") {
  OpenConnections open;
  Place first(open, kNoSocket, kHere);
  Place second(open, kNoSocket, std::nullopt);
  Place busy(open, kNoSocket, kHere);
  first.set_idle();
  second.set_idle();
  open.stop(0ms);
  REQUIRE(first.asked_to_end());
  REQUIRE(second.asked_to_end());
  REQUIRE_FALSE(busy.asked_to_end());
  REQUIRE(busy.idle_for(1h));
  busy.set_idle();
  REQUIRE(busy.asked_to_end());
}

}  // namespace leadspool::http
