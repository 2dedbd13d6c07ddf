#include "http/chunked_body.h"

#include <algorithm>

#include "http/head.h"
#include "support/catch.h"

namespace leadspool::http {
namespace {

struct Read {
  ChunkedBody outcome;
  std::string body;
  std::string left;  // what was not taken
};

// Hands out at most `at_once` bytes per call, as a network may.
Read read(std::string text, std::size_t max_bytes = 1000, std::size_t at_once = 7) {
  std::string body;
  const auto outcome = read_chunked_body(
      [&](char* into, std::size_t size) {
        const auto taken = text.copy(into, std::min(size, at_once));
        text.erase(0, taken);
        return taken;
      },
      max_bytes, body);
  return {outcome, body, text};
}

}  // namespace

TEST_CASE("chunks are put together, and nothing behind them is taken") {
  for (const std::string chunks :
       {"2\r\nab\r\n8\r\ncdefghij\r\n0\r\n\r\n", "A\r\nabcdefghij\r\n0\r\n\r\n",
        "a\r\nabcdefghij\r\n0\r\n\r\n", "000000000000000a\r\nabcdefghij\r\n0000\r\n\r\n",
        "a;x\r\nabcdefghij\r\n0;last\r\n\r\n", "a;x=y;\tz=\"1 2\"\r\nabcdefghij\r\n0\r\n\r\n",
        "a\r\nabcdefghij\r\n0\r\nX-Sum: 1\r\nContent-Length: 3\r\n\r\n"}) {
    INFO(chunks);
    for (const std::size_t at_once : {1, 1000}) {
      const auto got = read(chunks + "GET /", 10, at_once);
      REQUIRE(got.outcome == ChunkedBody::complete);
      REQUIRE(got.body == "abcdefghij");
      REQUIRE(got.left == "GET /");
    }
  }
  REQUIRE(read("0\r\n\r\n", 0).outcome == ChunkedBody::complete);
}

TEST_CASE("a hundred thousand chunks of one byte are a body like any other") {
  std::string chunks;
  for (int i = 0; i < 100'000; ++i) chunks += "1\r\nx\r\n";
  std::size_t at = 0;
  std::string body;
  const auto outcome = read_chunked_body(
      [&, text = chunks + "0\r\n\r\n"](char* into, std::size_t size) {
        const auto taken = text.copy(into, size, at);
        at += taken;
        return taken;
      },
      100'000, body);
  REQUIRE(outcome == ChunkedBody::complete);
  REQUIRE(body == std::string(100'000, 'x'));
}

TEST_CASE("a chunk whose size others might read differently is refused") {
  for (const std::string size :
       {"0x2\r\n",      " 2\r\n",       "2 \r\n",       "+2\r\n",  " +2\r\n",
        "-2\r\n",       "-0\r\n",       "2garbage\r\n", "2\n",     "2;x\n",
        "2;\n",         "2;\r\n",       "2;x\r",        "2\rx",    "2;x\ry\r\n",
        "2;a\x01z\r\n", "2;a\x7fz\r\n", "2;\xe9\r\n",   "2,2\r\n", "2_0\r\n",
        "\r\n",         ";x\r\n",       "\t2\r\n",      "g\r\n",   "00000000000000002\r\n"}) {
    INFO(size);
    REQUIRE(read(size + "ab\r\n0\r\n\r\n").outcome == ChunkedBody::malformed);
  }
  REQUIRE(read(std::string("2\0\r\nab\r\n0\r\n\r\n", 14)).outcome == ChunkedBody::malformed);
}

TEST_CASE("a chunk longer or shorter than its size is refused") {
  for (const std::string chunks :
       {"2\r\nabc\r\n0\r\n\r\n", "2\r\na\r\n0\r\n\r\n", "2\r\nab\n0\r\n\r\n", "2\r\nab0\r\n\r\n"}) {
    INFO(chunks);
    REQUIRE(read(chunks).outcome == ChunkedBody::malformed);
  }
}

TEST_CASE("trailers must be headers") {
  for (const std::string trailers : {"no colon\r\n\r\n", ": x\r\n\r\n", "A : x\r\n\r\n", " A: x\r\n\r\n",
                                     "A: x\n\r\n\r\n", "\n\r\n", "A: x\rB: y\r\n\r\n"}) {
    INFO(trailers);
    REQUIRE(read("0\r\n" + trailers).outcome == ChunkedBody::malformed);
  }
}

TEST_CASE("what is skipped is limited") {
  const std::string most(kMaxHeadBytes, 'x');
  REQUIRE(read("1;" + most + "\r\na\r\n0\r\n\r\n").outcome == ChunkedBody::complete);
  REQUIRE(read("1;" + most + "\r\na\r\n0;x\r\n\r\n").outcome == ChunkedBody::malformed);
  REQUIRE(read("0\r\nA:" + most.substr(2) + "\r\n\r\n").outcome == ChunkedBody::complete);
  REQUIRE(read("0\r\nA:" + most + "\r\n\r\n").outcome == ChunkedBody::malformed);
}

TEST_CASE("a chunk beyond the limit is refused before its data comes") {
  REQUIRE(read("3\r\nabc\r\n0\r\n\r\n", 3).outcome == ChunkedBody::complete);
  REQUIRE(read("4\r\n", 3).outcome == ChunkedBody::too_large);
  REQUIRE(read("ffffffffffffffff\r\n", 3).outcome == ChunkedBody::too_large);
  const auto second = read("2\r\nab\r\nFFFFFFFFFFFFFFFF\r\n", 3);
  REQUIRE(second.outcome == ChunkedBody::too_large);
  REQUIRE(second.body == "ab");
}

TEST_CASE("a chunked body that ends anywhere before its end is cut short") {
  const std::string whole = "2;x\r\nab\r\n0\r\nA: b\r\n\r\n";
  REQUIRE(read(whole).outcome == ChunkedBody::complete);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    INFO(length);
    REQUIRE(read(whole.substr(0, length)).outcome == ChunkedBody::cut_short);
  }
}

}  // namespace leadspool::http
