#include "base/gzip.h"

#include "base/digest.h"
#include "support/catch.h"
#include "support/seeded_random.h"

using namespace leadspool;

namespace {

constexpr std::size_t kPlenty = 1 << 20;

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

std::string text_of(std::string_view packed) {
  auto unpacked = unpack(packed, kPlenty);
  REQUIRE(std::holds_alternative<std::string>(unpacked));
  return std::get<std::string>(std::move(unpacked));
}

bool is_not_packed(std::string_view packed) {
  return std::holds_alternative<NotPacked>(unpack(packed, kPlenty));
}

// "hello hello hello hello", packed by Python's zlib.
const std::string kHello = "hello hello hello hello";
const std::string kHelloZlib = bytes("789ccb48cdc9c957c8402701680308b1");
const std::string kHelloRaw = bytes("cb48cdc9c957c8402701");

}  // namespace

TEST_CASE("what was packed is unpacked, whatever it is") {
  test::SeededRandom random;
  std::string noise(100'000, '\0');
  random.fill({reinterpret_cast<std::uint8_t*>(noise.data()), noise.size()});
  for (const std::string& text : {std::string{}, std::string("x"), kHello, std::string("a\0b", 3),
                                  std::string(4096, 'x'), std::string(8192, 'y'), noise}) {
    const std::string packed = gzip(text);
    REQUIRE(packed.starts_with("\x1f\x8b"));
    REQUIRE(text_of(packed) == text);
  }
}

TEST_CASE("deflate is read with its wrapping and without") {
  REQUIRE(text_of(kHelloZlib) == kHello);
  REQUIRE(text_of(kHelloRaw) == kHello);
}

TEST_CASE("the members of a gzip text are one text") {
  REQUIRE(text_of(gzip("one ") + gzip("") + gzip("two")) == "one two");
  REQUIRE(is_not_packed(kHelloZlib + kHelloZlib));
}

TEST_CASE("what is not packed, damaged, cut short or followed by something else is told") {
  REQUIRE(is_not_packed(""));
  REQUIRE(is_not_packed("{\"LeadSource\":\"AzureMarketplace\"}"));
  const std::string packed = gzip(kHello);
  for (std::size_t size = 1; size < packed.size(); ++size) {
    INFO(size);
    REQUIRE(is_not_packed(packed.substr(0, size)));
  }
  for (std::size_t size = 1; size < kHelloRaw.size(); ++size) {
    INFO(size);
    REQUIRE(is_not_packed(kHelloRaw.substr(0, size)));
  }
  std::string damaged = packed;
  damaged[damaged.size() - 5] ^= 1;  // in the checksum
  REQUIRE(is_not_packed(damaged));
  REQUIRE(is_not_packed(packed + "x"));
  REQUIRE(is_not_packed(packed + std::string(1, '\0')));
  REQUIRE(is_not_packed(kHelloZlib + "x"));
}

TEST_CASE("a text is unpacked up to the limit, and one byte more is too much") {
  const std::string text(10'000, 'x');
  const auto is_too_large = [](std::string_view packed, std::size_t limit) {
    return std::holds_alternative<TooLarge>(unpack(packed, limit));
  };
  REQUIRE(std::get<std::string>(unpack(gzip(text), text.size())) == text);
  REQUIRE(is_too_large(gzip(text), text.size() - 1));
  REQUIRE(is_too_large(gzip(text) + gzip("x"), text.size()));
  REQUIRE(is_too_large(gzip("x"), 0));
  REQUIRE(std::get<std::string>(unpack(gzip(""), 0)).empty());
}

TEST_CASE("a bomb is known by its beginning") {
  // Damaged at its end, which is therefore never reached.
  std::string bomb = gzip(std::string(8 << 20, ' '));
  bomb.resize(bomb.size() / 2);
  REQUIRE(std::holds_alternative<TooLarge>(unpack(bomb, 64 * 1024)));
  REQUIRE(is_not_packed(gzip(std::string(8 << 20, ' ')).substr(0, 600)));
}
