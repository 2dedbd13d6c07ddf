#include "http/head.h"

#include "support/catch.h"

namespace leadspool::http {
namespace {

std::variant<Head, Error> parse(const std::string& headers, const std::string& line = "POST / HTTP/1.1") {
  return parse_head(line + "\r\nHost: a\r\n" + headers + "\r\n");
}

int status_of(const std::string& headers, const std::string& line = "POST / HTTP/1.1") {
  const auto parsed = parse(headers, line);
  return std::holds_alternative<Error>(parsed) ? std::get<Error>(parsed).status : 0;
}

}  // namespace

TEST_CASE("a head is read with its headers, undecoded and trimmed") {
  const auto head = std::get<Head>(parse("X-Odd:\t %41 b \r\nX-Empty:\r\nContent-Length: 12\r\n"));
  REQUIRE(head.request_line == "POST / HTTP/1.1");
  REQUIRE(head.headers.size() == 4);
  REQUIRE(find_header(head.headers, "x-odd") == "%41 b");
  REQUIRE(find_header(head.headers, "x-empty").empty());
  REQUIRE(head.content_length == 12);
  REQUIRE_FALSE(head.chunked);
}

TEST_CASE("a head without a length has no body") {
  const auto head = std::get<Head>(parse(""));
  REQUIRE_FALSE(head.content_length);
  REQUIRE_FALSE(head.chunked);
}

TEST_CASE("the body's length must be said in exactly one way") {
  REQUIRE(status_of("Transfer-Encoding: chunked\r\n") == 0);
  REQUIRE(status_of("transfer-encoding: Chunked\r\n") == 0);
  for (const std::string headers :
       {"Transfer-Encoding: identity\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: gzip, chunked\r\n",
        "Transfer-Encoding:\r\n", "Transfer-Encoding: %63hunked\r\n", "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: -1\r\n", "Content-Length: +1\r\n",
        "Content-Length: 5, 5\r\n", "Content-Length: 0x5\r\n", "Content-Length:\r\n",
        "Content-Length: 99999999999999999999\r\n"}) {
    INFO(headers);
    REQUIRE(status_of(headers) == 400);
  }
  REQUIRE(status_of("Transfer-Encoding: chunked\r\n", "POST / HTTP/1.0") == 400);
}

TEST_CASE("a malformed header is refused") {
  for (const std::string headers :
       {"no colon\r\n", ": no name\r\n", "Space : a\r\n", " Folded: a\r\n", "A: b\r\n folded\r\n",
        "A: b\nB: c\r\n", "A: b\rB: c\r\n", "A: \x01\r\n", "Transfer\xc2\xa0-Encoding: chunked\r\n"}) {
    INFO(headers);
    REQUIRE(status_of(headers) == 400);
  }
  REQUIRE(status_of(std::string("A: a\0b\r\n", 8)) == 400);
  REQUIRE(status_of("A: caf\xc3\xa9\r\n") == 0);
}

TEST_CASE("a head with too many headers is refused") {
  std::string headers;
  for (std::size_t i = 1; i < kMaxHeaders; ++i) headers += "A: b\r\n";
  REQUIRE(status_of(headers) == 0);
  REQUIRE(status_of(headers + "A: b\r\n") == 431);
}

TEST_CASE("the wish to close and to be told to continue are noticed in any case") {
  REQUIRE(std::get<Head>(parse("Connection: Keep-Alive, CLOSE\r\n")).wants_close);
  REQUIRE_FALSE(std::get<Head>(parse("Connection: keep-alive\r\n")).wants_close);
  REQUIRE(std::get<Head>(parse("Expect: 100-Continue\r\n")).expects_continue);
}

}  // namespace leadspool::http
