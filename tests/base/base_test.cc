// Clock, ids, digests and secrets.
#include <poll.h>

#include "base/digest.h"
#include "base/nearest_name.h"
#include "base/secret.h"
#include "base/task.h"
#include "base/time.h"
#include "base/uuid.h"
#include "base/wake_signal.h"
#include "support/catch.h"
#include "support/seeded_random.h"

namespace leadspool {

TEST_CASE("a moment is written and read back as RFC 3339") {
  const Time time = from_unix_ms(1'795'253'400'123);
  REQUIRE(to_rfc3339(time) == "2026-11-21T09:30:00.123Z");
  REQUIRE(from_rfc3339("2026-11-21T09:30:00.123Z") == time);
  REQUIRE(from_rfc3339("2026-11-21T10:30:00.123+01:00") == time);
  REQUIRE(from_rfc3339("2026-11-21t04:00:00.1239-05:30") == time);
  REQUIRE(from_rfc3339("1969-12-31T23:59:59Z") == from_unix_ms(-1'000));
}

TEST_CASE("what is not a moment is refused") {
  for (const char* text : {"", "2026-11-21", "2026-11-21T09:30:00", "2026-13-01T00:00:00Z",
                           "2026-02-30T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T09:30:00Zx",
                           "2026-11-21T09:30:00.Z", "2026-11-21T09:30:00+25:00", "20261121T093000Z"}) {
    INFO(text);
    REQUIRE_FALSE(from_rfc3339(text));
  }
}

TEST_CASE("a version 7 UUID begins with its time and reads back") {
  test::SeededRandom random;
  const Uuid uuid = make_uuid_v7(from_unix_ms(0x0192'f3c1'5b1e), random);
  const std::string text = to_string(uuid);
  REQUIRE(text.substr(0, 15) == "0192f3c1-5b1e-7");
  REQUIRE(std::string("89ab").find(text[19]) != std::string::npos);
  REQUIRE(parse_uuid(text) == uuid);
  REQUIRE(parse_uuid("0192F3C1-5B1E-7C3A-9F00-1A2B3C4D5E6F").has_value());
}

TEST_CASE("later UUIDs sort after earlier ones") {
  test::SeededRandom random;
  REQUIRE(make_uuid_v7(from_unix_ms(1'000), random) < make_uuid_v7(from_unix_ms(1'001), random));
}

TEST_CASE("what is not a UUID is refused") {
  for (const char* text : {"", "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6", "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6g",
                           "0192f3c15-b1e-7c3a-9f00-1a2b3c4d5e6f", "0192f3c15b1e7c3a9f001a2b3c4d5e6f0000"}) {
    INFO(text);
    REQUIRE_FALSE(parse_uuid(text));
  }
}

TEST_CASE("SHA-256 and its HMAC agree with the published vectors") {
  // FIPS 180-2 appendix B.1; RFC 4231 test case 2.
  REQUIRE(to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  REQUIRE(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("hexadecimal and base64 read back what they wrote, and refuse anything else") {
  const std::string bytes("\x00\xff\x10 x", 5);
  const std::span raw{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  REQUIRE(from_hex(to_hex(raw)) == bytes);
  REQUIRE(from_hex("AF") == std::string("\xaf"));
  REQUIRE_FALSE(from_hex("abc"));
  REQUIRE_FALSE(from_hex("zz"));
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    REQUIRE(from_base64(to_base64(raw.first(size))) == bytes.substr(0, size));
  }
  for (const char* text : {"A", "AA=", "AA =", "AAAA=", "====", "AB==", "A*=="}) {
    INFO(text);
    REQUIRE_FALSE(from_base64(text));
  }
  REQUIRE(to_base64url(raw) == "AP8QIHg");
}

TEST_CASE("the nearest name is found by slips of the pen, and none is made up") {
  const std::vector<std::string_view> names{"listen", "public_url", "certificate", "first_name",
                                            "max_body_kib"};
  REQUIRE(nearest_name("lsiten", names) == "listen");
  REQUIRE(nearest_name("certifcate", names) == "certificate");
  REQUIRE(nearest_name("max_body", names) == "max_body_kib");
  REQUIRE(nearest_name("PublicUrl", names) == "public_url");
  REQUIRE(nearest_name("FirstNam", names) == "first_name");
  REQUIRE_FALSE(nearest_name("timeout", names).has_value());
  REQUIRE_FALSE(nearest_name("", names).has_value());
  REQUIRE_FALSE(nearest_name(std::string(10'000, 'l'), names).has_value());
}

TEST_CASE("a moved secret leaves nothing behind") {
  Secret from{"short"};
  const Secret to = std::move(from);
  REQUIRE(to.reveal() == "short");
  REQUIRE(from.empty());  // NOLINT: that is the promise
}

TEST_CASE("several notifications wake once") {
  WakeSignal signal;
  const auto waits = [&] {
    pollfd watched{signal.fd(), POLLIN, 0};
    return poll(&watched, 1, 0) == 0;
  };
  REQUIRE(waits());
  signal.notify();
  signal.notify();
  REQUIRE_FALSE(waits());
  signal.drain();
  REQUIRE(waits());
}

namespace {

Task<int> doubled(std::function<void(std::function<void(int)>)> begin) {
  const int value = co_await Callback<int>{begin};
  if (value < 0) throw std::runtime_error("negative");
  co_return 2 * value;
}

Task<int> sum_of_two(std::function<void(std::function<void(int)>)> begin) {
  const int first = co_await doubled(begin);
  const int second = co_await doubled(begin);
  co_return first + second;
}

}  // namespace

TEST_CASE("a task waits for callbacks that come later, and for those that come at once") {
  std::function<void(int)> later;
  auto waiting = sum_of_two([&](auto done) { later = done; });
  bool told = false;
  waiting.start([&] { told = true; });
  later(1);
  REQUIRE_FALSE(told);
  later(2);
  REQUIRE(told);
  REQUIRE(waiting.result() == 6);

  auto immediate = sum_of_two([](auto done) { done(5); });
  immediate.start();
  REQUIRE(immediate.ended());
  REQUIRE(immediate.result() == 20);
}

TEST_CASE("what a task throws comes out of its result") {
  auto failing = sum_of_two([](auto done) { done(-1); });
  failing.start();
  REQUIRE_THROWS_WITH(failing.result(), "negative");
}

TEST_CASE("a moment in a file's name has whole seconds and no colon") {
  REQUIRE(to_file_stamp(from_unix_ms(1'795'572'123'456)) == "20261125T020203Z");
}

}  // namespace leadspool
