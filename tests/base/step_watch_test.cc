// A thread that is inside one step for too long shows.
#include "base/step_watch.h"

#include "support/catch.h"
#include "support/fake_clock.h"

namespace leadspool {

using namespace std::chrono_literals;

TEST_CASE("only the time inside a step counts, and what a wait takes beyond its time") {
  test::FakeClock clock;
  StepWatch watch(clock);
  clock.advance(1h);
  REQUIRE(watch.stuck_for() == 0ms);
  watch.begin();
  clock.advance(75s);
  REQUIRE(watch.stuck_for() == 75s);
  watch.begin();
  REQUIRE(watch.stuck_for() == 0ms);
  watch.rest(60s);
  clock.advance(60s);
  REQUIRE(watch.stuck_for() == 0ms);
  clock.advance(10s);
  REQUIRE(watch.stuck_for() == 10s);
  watch.end();
  clock.advance(1h);
  REQUIRE(watch.stuck_for() == 0ms);
}

}  // namespace leadspool
