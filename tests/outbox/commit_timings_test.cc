#include "outbox/commit_timings.h"

#include <atomic>
#include <latch>
#include <numeric>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using outbox::CommitMeter;
using outbox::Connection;
using outbox::Urgency;

std::uint64_t count_of(const outbox::CommitTimings& timings) {
  return std::accumulate(timings.durations.begin(), timings.durations.end(), std::uint64_t{0});
}

}  // namespace

TEST_CASE("a commit counts in the first class that it does not exceed") {
  CommitMeter meter;
  meter.note(Microseconds{500}, 1);
  meter.note(Microseconds{501}, 3);
  meter.note(Microseconds{10'000'001}, 513);
  const auto timings = meter.read();
  REQUIRE(timings.durations.front() == 1);
  REQUIRE(timings.durations[1] == 1);
  REQUIRE(timings.durations.back() == 1);
  REQUIRE(timings.batches.front() == 1);
  REQUIRE(timings.batches[2] == 1);
  REQUIRE(timings.batches.back() == 1);
  REQUIRE(timings.total == Microseconds{10'001'002});
  REQUIRE(timings.changes == 517);
}

TEST_CASE("the committer measures the commits that wrote something, and counts who waits") {
  test::StoreFixture store(true);
  const auto before = store.committer.timings();
  REQUIRE_FALSE(store.committer.commit(Urgency::always, [](Connection&) {}));
  REQUIRE(count_of(store.committer.timings()) == count_of(before));

  std::latch entered{1};
  std::latch held{1};
  store.committer.submit(
      Urgency::always,
      [&](Connection&) {
        entered.count_down();
        held.wait();
      },
      [](const auto&) {});
  entered.wait();
  std::latch all{2};
  for (int i = 0; i < 2; ++i) {
    store.committer.submit(
        Urgency::always,
        [](Connection& connection) {
          connection.use("INSERT INTO audit (at, actor, action, reason) VALUES (1, 'tester', 'note', '')")
              ->exec();
        },
        [&](const auto&) { all.count_down(); });
  }
  REQUIRE(store.committer.timings().waiting == 2);
  held.count_down();
  all.wait();
  const auto after = store.committer.timings();
  REQUIRE(after.waiting == 0);
  REQUIRE(count_of(after) == count_of(before) + 1);
  REQUIRE(after.changes == before.changes + 2);
}

}  // namespace leadspool
