// What a failed key costs, and that it costs nobody else.
#include "receiver/front.h"

using namespace leadspool;
using namespace std::chrono_literals;
using test::all_of;
using test::Front;

namespace {

http::Response fail(Front& front, const std::string& address = "203.0.113.7") {
  return front.send({.key = "wrong", .remote_address = address});
}

}  // namespace

TEST_CASE("an address that tries key after key waits longer and longer for the same answer") {
  Front front;
  const std::string first = all_of(fail(front));
  for (int i = 2; i <= 10; ++i) REQUIRE(fail(front).delay == 0ms);
  REQUIRE(fail(front).delay == 1s);
  REQUIRE(front.send({.source = "nobody"}).delay == 2s);
  REQUIRE(front.send({.key = ""}).delay == 3s);
  for (int i = 0; i < 50; ++i) fail(front);
  REQUIRE(fail(front).delay == 10s);
  REQUIRE(all_of(fail(front)) == first);
}

TEST_CASE("a right key is never held back, not even from an address that failed, nor does it count") {
  Front front;
  for (int i = 0; i < 50; ++i) fail(front);
  REQUIRE(fail(front, "203.0.113.8").delay == 0ms);
  for (int i = 0; i < 50; ++i) {
    const auto answer = front.send({.remote_address = i % 2 == 0 ? "203.0.113.7" : "203.0.113.9"});
    REQUIRE(answer.status == 202);
    REQUIRE(answer.delay == 0ms);
  }
  REQUIRE(fail(front, "203.0.113.9").delay == 0ms);
}
