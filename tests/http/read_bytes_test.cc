#include "http/read_bytes.h"

#include <algorithm>

#include "http/chunked_body.h"
#include "support/catch.h"

namespace leadspool::http {
namespace {

constexpr std::size_t kAnnounced = 16 * 1024 * 1024;
constexpr std::size_t kLittle = 64 * 1024;

// Hands out `text` in pieces of at most `at_once` bytes.
ReadBytes reader_of(std::string text, std::size_t at_once) {
  return [text = std::move(text), at_once, at = std::size_t{0}](char* into, std::size_t size) mutable {
    const auto taken = text.copy(into, std::min(size, at_once), at);
    at += taken;
    return taken;
  };
}

}  // namespace

TEST_CASE("bytes that were announced and do not come take no memory") {
  std::string body;
  REQUIRE_FALSE(append_bytes(reader_of("x", 1), kAnnounced, body));
  REQUIRE(body == "x");
  REQUIRE(body.capacity() <= kLittle);

  std::string chunked;
  REQUIRE(read_chunked_body(reader_of("1000000\r\nx", 100), kAnnounced, chunked) == ChunkedBody::cut_short);
  REQUIRE(chunked == "x");
  REQUIRE(chunked.capacity() <= kLittle);
}

TEST_CASE("memory grows with the bytes that have come") {
  std::string body;
  std::size_t given = 0;
  std::size_t most_beyond = 0;
  const auto read = [&](char* into, std::size_t size) {
    most_beyond = std::max(most_beyond, body.capacity() - std::min(body.capacity(), 2 * given));
    const auto taken = std::min<std::size_t>(size, 1000);
    std::fill_n(into, taken, 'x');
    given += taken;
    return taken;
  };
  REQUIRE(append_bytes(read, 1'000'000, body));
  REQUIRE(body == std::string(1'000'000, 'x'));
  REQUIRE(most_beyond <= kLittle);
}

TEST_CASE("exactly the bytes wanted are appended, whatever the pieces") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += static_cast<char>('a' + i % 23);
  for (const std::size_t at_once : {1, 7, 16 * 1024, 1'000'000}) {
    INFO(at_once);
    const auto read = reader_of(text, at_once);
    std::string body = "before ";
    REQUIRE(append_bytes(read, 0, body));
    REQUIRE(append_bytes(read, 5, body));
    REQUIRE(append_bytes(read, text.size() - 6, body));
    REQUIRE(body == "before " + text.substr(0, text.size() - 1));
    REQUIRE_FALSE(append_bytes(read, 2, body));
    REQUIRE(body == "before " + text);
  }
}

}  // namespace leadspool::http
