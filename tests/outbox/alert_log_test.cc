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

CommitResult write(AlertLog& log, ToldAlert told) {
  return log.write({.written = {std::move(told)}, .removed = {}, .notices = {}});
}

CommitResult remove(AlertLog& log, const std::string& name) {
  return log.write({.written = {}, .removed = {name}, .notices = {}});
}

}  // namespace

TEST_CASE("what was written is read back by name, the latest in the place of the one before") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  REQUIRE(all_of(log).empty());
  REQUIRE_FALSE(write(log, alert("b")));
  REQUIRE_FALSE(write(log, alert("a")));
  auto later = alert("b");
  later.told_at = from_unix_ms(5'000);
  later.degree = 4;
  REQUIRE_FALSE(write(log, later));
  REQUIRE(all_of(log) == std::vector{alert("a"), later});
}

TEST_CASE("what was removed is gone, and removing it again does no harm") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  REQUIRE_FALSE(write(log, alert("a")));
  REQUIRE_FALSE(write(log, alert("b")));
  REQUIRE_FALSE(remove(log, "a"));
  REQUIRE_FALSE(remove(log, "a"));
  REQUIRE(all_of(log) == std::vector{alert("b")});
}

TEST_CASE("an alert without a name is refused, and harms no other") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  REQUIRE_FALSE(write(log, alert("a")));
  REQUIRE(write(log, alert("")));
  REQUIRE(all_of(log) == std::vector{alert("a")});
}

TEST_CASE("what people were told is kept with the alert that was told, or neither is") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  const ToldNotice notice{from_unix_ms(2'000), "destination/crm", ToldNotice::Kind::goes_on, "crm is down"};
  REQUIRE_FALSE(log.write({.written = {alert("log:destination/crm")}, .removed = {}, .notices = {notice}}));
  REQUIRE(log.write({.written = {alert("")}, .removed = {}, .notices = {notice}}));
  const auto notices = store.overview.notices(10);
  REQUIRE(notices.size() == 1);
  REQUIRE(notices[0].at == from_unix_ms(2'000));
  REQUIRE(notices[0].name == "destination/crm");
  REQUIRE(notices[0].kind == "goes on");
  REQUIRE(notices[0].text == "crm is down");
  REQUIRE(all_of(log).size() == 1);
}

TEST_CASE("open alerts are those that the log was told of and that are not over") {
  test::StoreFixture store;
  AlertLog log(store.committer);
  auto over = alert("log:store");
  over.degree = -over.degree;
  REQUIRE_FALSE(log.write({.written = {alert("log:unrouted"), alert("log:destination/crm"), over,
                                       alert("email 0123:unrouted"), alert("watching:marketplace")},
                           .removed = {},
                           .notices = {}}));
  const auto open = store.overview.open_alerts();
  REQUIRE(open.size() == 2);
  REQUIRE(open[0].name == "destination/crm");
  REQUIRE(open[1].name == "unrouted");
  REQUIRE(open[0].since == from_unix_ms(1'000));
  REQUIRE(open[0].told_at == from_unix_ms(2'000));
  REQUIRE(open[0].text == "crm is down: \"é\"");
}

}  // namespace leadspool::outbox
