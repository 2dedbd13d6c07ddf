#include "http/open_connections.h"

#include <memory>
#include <vector>

#include "support/catch.h"

namespace leadspool::http {
namespace {

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

}  // namespace leadspool::http
