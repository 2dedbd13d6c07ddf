// A redrive that also takes what is missing at a destination (`leads redrive --destination new-crm --since
// ...`) looked for leads without a delivery there, and took tombstones for such: an erased lead was then sent
// to the new destination, blank.
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {

TEST_CASE("an erased lead is not missing at a destination that was added later") {
  test::StoreFixture store;
  const auto erased = store.place(State::delivered).lead;
  store.place(State::delivered);
  REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(erased, {"ada", "asked"})));
  const auto counted = store.redrives.count({.destination = "new", .with_missing = true});
  REQUIRE(std::get<outbox::RedriveCount>(counted).missing == 1);
}

}  // namespace leadspool
