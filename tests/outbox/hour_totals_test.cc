#include "outbox/overview.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {

TEST_CASE("hours summed up are as the hours added up one by one") {
  test::StoreFixture store;
  for (int hour = 0; hour < 3; ++hour) {
    store.place(State::delivered);
    store.place(State::dead);
    store.clock.advance(std::chrono::hours{1});
  }
  const auto from = store.clock.now() - std::chrono::hours{2};
  for (const auto metric : outbox::kMetrics) {
    const auto totals = store.overview.totals(metric, from, store.clock.now());
    for (const auto& total : totals) {
      std::int64_t sum = 0;
      for (const auto& each : store.overview.hours(metric, from, store.clock.now())) {
        if (each.label == total.label && each.kind == total.kind) sum += each.count;
      }
      REQUIRE(total.count == sum);
      REQUIRE(total.hour == from);
    }
    REQUIRE_FALSE(totals.empty());
  }
}

}  // namespace leadspool
