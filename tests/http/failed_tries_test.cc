#include "http/failed_tries.h"

#include <chrono>
#include <thread>
#include <vector>

#include "support/catch.h"
#include "support/fake_clock.h"

using namespace leadspool;
using namespace std::chrono_literals;
using http::FailedTries;

namespace {

struct Door {
  // The delay of the last of `count` failures at once.
  Milliseconds fail(int count, std::string_view address = "203.0.113.7") {
    Milliseconds delay{-1};
    for (int i = 0; i < count; ++i) delay = tries.note(address).delay;
    return delay;
  }

  test::FakeClock clock;
  FailedTries tries{clock};
};

}  // namespace

TEST_CASE("ten failures are free, then each costs a second more, up to ten") {
  Door door;
  for (int i = 1; i <= 10; ++i) REQUIRE(door.fail(1) == 0ms);
  for (int i = 1; i <= 10; ++i) REQUIRE(door.fail(1) == std::chrono::seconds{i});
  REQUIRE(door.fail(1) == 10s);
  REQUIRE(door.fail(1'000) == 10s);
}

TEST_CASE("a failure is forgotten after six seconds, and all of them after two minutes") {
  Door door;
  REQUIRE(door.fail(11) == 1s);
  door.clock.advance(5'999ms);
  REQUIRE(door.fail(1) == 1s);
  door.clock.advance(6s);
  REQUIRE(door.fail(1) == 1s);
  door.clock.advance(12s);
  REQUIRE(door.fail(1) == 0ms);

  REQUIRE(door.fail(1'000) == 10s);
  door.clock.advance(2min);
  REQUIRE(door.fail(10) == 0ms);
  REQUIRE(door.fail(1) == 1s);
}

TEST_CASE("ten a minute cost nothing for ever") {
  Door door;
  for (int i = 0; i < 1'000; ++i) {
    REQUIRE(door.fail(1) == 0ms);
    door.clock.advance(6s);
  }
}

TEST_CASE("setting the wall clock changes nothing") {
  Door door;
  door.fail(10);
  door.clock.set_by(24h);
  REQUIRE(door.fail(1) == 1s);
  door.clock.set_by(-48h);
  REQUIRE(door.fail(1) == 2s);
}

TEST_CASE("each address has its own count") {
  Door door;
  REQUIRE(door.fail(15, "203.0.113.7") == 5s);
  REQUIRE(door.fail(1, "203.0.113.8") == 0ms);
  REQUIRE(door.fail(1, "") == 0ms);
  REQUIRE(door.fail(1, "203.0.113.7") == 6s);
}

TEST_CASE("the addresses of an IPv6 network count as one, however they are written") {
  Door door;
  REQUIRE(door.fail(10, "2001:db8:1:2::1") == 0ms);
  REQUIRE(door.fail(1, "2001:db8:1:2:ffff:ffff:ffff:ffff") == 1s);
  REQUIRE(door.fail(1, "2001:0DB8:0001:0002::77") == 2s);
  REQUIRE(door.fail(1, "2001:db8:1:3::1") == 0ms);
  REQUIRE(door.fail(1, "::1") == 0ms);
}

TEST_CASE("an IPv4 address in IPv6's clothes is no network of them all") {
  Door door;
  REQUIRE(door.fail(11, "::ffff:203.0.113.7") == 1s);
  REQUIRE(door.fail(1, "::ffff:203.0.113.8") == 0ms);
}

TEST_CASE("of more than 4,096 addresses the one that failed longest ago is forgotten") {
  Door door;
  const auto address = [](int i) {
    return "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256);
  };
  for (int i = 0; i < 4'096; ++i) door.fail(10, address(i));
  REQUIRE(door.fail(1, address(0)) == 1s);  // now the newest
  REQUIRE(door.fail(1, "192.0.2.1") == 0ms);
  REQUIRE(door.fail(1, address(0)) == 2s);
  REQUIRE(door.fail(1, address(2)) == 1s);
  REQUIRE(door.fail(1, address(1)) == 0ms);  // the forgotten one
}

TEST_CASE("failures of many threads are all counted") {
  Door door;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 2'000; ++n) static_cast<void>(door.tries.note("10." + std::to_string(i) + ".0.1"));
      for (int n = 0; n < 4; ++n) static_cast<void>(door.tries.note("203.0.113.7"));
    });
  }
  for (auto& thread : threads) thread.join();
  REQUIRE(door.fail(1) == 7s);  // the 17th
}

TEST_CASE("it is told when the next failure is free") {
  Door door;
  door.fail(10);
  const auto cost = door.tries.note("203.0.113.7");
  REQUIRE(cost.delay == 1s);
  door.clock.advance(cost.free_after - 1ms);
  REQUIRE(door.tries.note("203.0.113.7").delay == 1s);
  door.clock.advance(door.tries.note("203.0.113.7").free_after);
  REQUIRE(door.fail(1) == 0ms);
  REQUIRE(door.tries.note("203.0.113.8").free_after == 0ms);
}
