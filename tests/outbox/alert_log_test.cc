// What people were told of, kept over restarts.
#include "outbox/alert_log.h"

#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool::outbox {
namespace {

std::vector<ToldAlert> all_of(AlertLog& log) {
  auto read = log.read_all();
  REQUIRE(std::holds_alternative<std::vector<ToldAlert>>(read));
  return std::get<std::vector<ToldAlert>>(std::move(read));
}

ToldAlert alert(const std::string& name) {
  return {name, from_unix_ms(1'000), from_unix_ms(2'000), 3, "crm is down: \"é\""};
}

}  // namespace

TEST_CASE("what was written is read back by name, the latest in the place of the one before") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  REQUIRE(all_of(log).empty());
  REQUIRE_FALSE(log.write(alert("b")));
  REQUIRE_FALSE(log.write(alert("a")));
  auto later = alert("b");
  later.told_at = from_unix_ms(5'000);
  later.degree = 4;
  REQUIRE_FALSE(log.write(later));
  REQUIRE(all_of(log) == std::vector{alert("a"), later});
}

TEST_CASE("what was removed is gone, and removing it again does no harm") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  REQUIRE_FALSE(log.write(alert("a")));
  REQUIRE_FALSE(log.write(alert("b")));
  REQUIRE_FALSE(log.remove("a"));
  REQUIRE_FALSE(log.remove("a"));
  REQUIRE(all_of(log) == std::vector{alert("b")});
}

TEST_CASE("an alert without a name is refused, and harms no other") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  REQUIRE_FALSE(log.write(alert("a")));
  REQUIRE(log.write(alert("")));
  REQUIRE(all_of(log) == std::vector{alert("a")});
}

}  // namespace leadspool::outbox
