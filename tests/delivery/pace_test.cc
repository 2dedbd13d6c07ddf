#include "delivery/pace.h"

#include <chrono>

#include "support/catch.h"

using namespace leadspool;
using namespace std::chrono_literals;
using delivery::Pace;

namespace {

SteadyTime at(Milliseconds since_start) { return SteadyTime{since_start}; }

// How many begin within `span` when each begins as soon as it may.
int begun_within(Pace pace, Milliseconds span) {
  int begun = 0;
  SteadyTime now = at(0ms);
  while (now < at(span)) {
    const int count = pace.available(now);
    pace.take(count, now);
    begun += count;
    now = pace.next(now).value();
  }
  return begun;
}

}  // namespace

TEST_CASE("a pace without a rate lets any number begin") {
  Pace pace;
  REQUIRE(pace.available(at(0ms)) > 1'000'000);
  pace.take(1'000'000, at(0ms));
  REQUIRE(pace.available(at(0ms)) > 1'000'000);
  REQUIRE_FALSE(pace.next(at(0ms)));
}

TEST_CASE("a tenth of a second's worth may begin at once, then as many as the rate allows") {
  Pace pace(100.0);
  REQUIRE(pace.available(at(0ms)) == 10);
  REQUIRE_FALSE(pace.next(at(0ms)));
  pace.take(10, at(0ms));
  REQUIRE(pace.available(at(0ms)) == 0);
  REQUIRE(pace.next(at(0ms)) == at(10ms));
  REQUIRE(pace.available(at(9ms)) == 0);
  REQUIRE(pace.available(at(10ms)) == 1);
  REQUIRE(pace.available(at(25ms)) == 2);
}

TEST_CASE("what is not used is saved up for no longer than a tenth of a second") {
  Pace pace(30.0);
  pace.take(3, at(0ms));
  REQUIRE(pace.available(at(3'600'000ms)) == 3);
}

TEST_CASE("a rate below one a second lets one begin now and then") {
  Pace pace(0.2);
  REQUIRE(pace.available(at(0ms)) == 1);
  pace.take(1, at(0ms));
  REQUIRE(pace.next(at(0ms)) == at(5s));
  REQUIRE(pace.available(at(4'999ms)) == 0);
  REQUIRE(pace.available(at(5s)) == 1);
  REQUIRE(pace.available(at(50s)) == 1);
}

TEST_CASE("in the long run no more and no fewer begin than the rate says") {
  // The bucket's worth at the start comes on top.
  REQUIRE(begun_within(Pace(0.2), 1'000s) == 200);
  REQUIRE(begun_within(Pace(1.0), 1'000s) == 1'000);
  REQUIRE(begun_within(Pace(3.0), 1'000s) >= 2'990);
  REQUIRE(begun_within(Pace(3.0), 1'000s) <= 3'003);
  REQUIRE(begun_within(Pace(7.0), 1'000s) >= 6'930);
  REQUIRE(begun_within(Pace(7.0), 1'000s) <= 7'007);
}

TEST_CASE("looking does not use anything up, and asking often makes nothing more") {
  Pace pace(1.0);
  pace.take(1, at(0ms));
  for (int ms = 1; ms < 1'000; ++ms) {
    REQUIRE(pace.available(at(Milliseconds{ms})) == 0);
    pace.take(0, at(Milliseconds{ms}));
  }
  REQUIRE(pace.available(at(1s)) == 1);
}

TEST_CASE("another rate holds from now on, and what was saved up is cut to its bucket") {
  Pace pace(100.0);
  pace.take(4, at(0ms));
  SECTION("slower") {
    pace.change(20.0, at(0ms));
    REQUIRE(pace.available(at(0ms)) == 2);
    pace.take(2, at(0ms));
    REQUIRE(pace.next(at(0ms)) == at(50ms));
  }
  SECTION("faster") {
    pace.change(1'000.0, at(0ms));
    REQUIRE(pace.available(at(0ms)) == 6);
    REQUIRE(pace.available(at(1ms)) == 7);
  }
  SECTION("none, and one again") {
    pace.change(std::nullopt, at(0ms));
    REQUIRE(pace.available(at(0ms)) > 1'000'000);
    pace.change(50.0, at(0ms));
    REQUIRE(pace.available(at(0ms)) == 5);
  }
}
