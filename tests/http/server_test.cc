#include "http/server.h"

#include "served.h"
#include "support/catch.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using test::get;
using test::is_json_error;
using test::post;
using test::RawClient;
using test::says_close;
using test::Served;

}  // namespace

TEST_CASE("a handler sees path, query, headers and remote address, and its answer goes out") {
  Served served;
  auto client = RawClient::tcp(served.port());
  const auto answer =
      client.exchange("GET /show/a%20b?k=1%2B1&empty=#part HTTP/1.1\r\nHost: l\r\nX-Test: %41\r\n\r\n");
  REQUIRE(answer.status == 200);
  REQUIRE(answer.body == "name=a b empty= k=1+1 x=%41 from=127.0.0.1");
}

TEST_CASE("a target with a host names the same as one without") {
  Served served;
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange("GET http://localhost/show/a HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 200);
}

TEST_CASE("one connection carries many requests, sent one by one or all at once") {
  Served served;
  auto client = RawClient::tcp(served.port());
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.exchange(post("/echo", "lead " + std::to_string(i)));
    REQUIRE(answer.status == 202);
    REQUIRE(answer.body == "lead " + std::to_string(i));
    REQUIRE_FALSE(says_close(answer));
  }
  client.send(post("/echo", "one") + post("/echo", "two") + "\r\n" + post("/echo", "three"));
  REQUIRE(client.read_answer().body == "one");
  REQUIRE(client.read_answer().body == "two");
  REQUIRE(client.read_answer().body == "three");
}

TEST_CASE("the connection closes when the client asks for it or speaks HTTP/1.0") {
  Served served;
  for (const auto& request :
       {post("/echo", "x", "Connection: Close\r\n"), std::string("POST /echo HTTP/1.0\r\n\r\n")}) {
    auto client = RawClient::tcp(served.port());
    const auto answer = client.exchange(request);
    REQUIRE(answer.status == 202);
    REQUIRE(says_close(answer));
    REQUIRE(client.is_ended());
  }
}

TEST_CASE("an error of the router leaves the connection open") {
  Served served;
  auto client = RawClient::tcp(served.port());
  REQUIRE(is_json_error(client.exchange(post("/nothing", "x")), 404));
  REQUIRE(client.exchange(post("/echo", "x")).status == 202);
}

TEST_CASE("any other method is answered with those allowed") {
  Served served;
  auto client = RawClient::tcp(served.port());
  for (const std::string method : {"GET", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
    INFO(method);
    const auto answer = client.exchange(method + " /echo HTTP/1.1\r\nHost: l\r\nContent-Length: 2\r\n\r\nxx");
    REQUIRE(is_json_error(answer, 405));
    REQUIRE(answer.head.find("Allow: POST") != std::string::npos);
  }
}

TEST_CASE("HEAD is answered as GET without the body") {
  Served served;
  auto client = RawClient::tcp(served.port());
  client.send(
      "HEAD /show/a HTTP/1.1\r\nHost: l\r\n\r\nGET /show/b HTTP/1.1\r\nHost: l\r\nConnection: close\r\n\r\n");
  const auto head = client.read_answer();
  // Read by its length, the answer to HEAD swallows the start of the next: so there was no body of its own.
  REQUIRE(head.status == 200);
  REQUIRE(head.body.starts_with("HTTP/1.1 200"));
}

TEST_CASE("a body comes in chunks as well as by its length") {
  Served served;
  auto client = RawClient::tcp(served.port());
  const auto answer = client.exchange(
      "POST /echo HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n");
  REQUIRE(answer.status == 202);
  REQUIRE(answer.body == "abc0123456789");
  REQUIRE(client.exchange(post("/echo", "next")).body == "next");
}

TEST_CASE("a body is taken as it is, whatever its Content-Type says") {
  Served served;
  auto client = RawClient::tcp(served.port());
  const std::string body = "a=1&b=" + std::string(20'000, 'x');
  for (const std::string type :
       {"application/x-www-form-urlencoded", "multipart/form-data; boundary=z", "nonsense"}) {
    const auto answer = client.exchange(post("/echo", body, "Content-Type: " + type + "\r\n"));
    REQUIRE(answer.status == 202);
    REQUIRE(answer.body == body);
  }
}

TEST_CASE("headers that mean something elsewhere change nothing here") {
  Served served;
  auto client = RawClient::tcp(served.port());
  for (const std::string header :
       {"Range: bytes=100-200\r\n", "Range: nonsense\r\n", "Accept: ;;q=x\r\n",
        "X-Forwarded-For: 1.2.3.4\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
        "dGhlIHNhbXBsZSBub25jZQ==\r\n"}) {
    INFO(header);
    const auto answer = client.exchange(post("/echo", "lead", header));
    REQUIRE(answer.status == 202);
    REQUIRE(answer.body == "lead");
  }
}

TEST_CASE("a client that waits for permission to send the body gets it") {
  Served served;
  auto client = RawClient::tcp(served.port());
  REQUIRE(
      client.exchange("POST /echo HTTP/1.1\r\nHost: l\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
          .status == 100);
  REQUIRE(client.exchange("lead").body == "lead");
  REQUIRE(
      client
          .exchange(
              "POST /echo HTTP/1.1\r\nHost: l\r\nExpect: 100-continue\r\nContent-Length: 999999999\r\n\r\n")
          .status == 413);
}

TEST_CASE("a body over the limit is refused, by its length at once and in chunks when it gets there") {
  auto options = test::loopback_options();
  options.max_body_bytes = 1000;
  Served served(options);
  {
    auto client = RawClient::tcp(served.port());
    REQUIRE(client.exchange(post("/echo", std::string(1000, 'x'))).status == 202);
    const auto answer = client.exchange(post("/echo", std::string(1001, 'x')));
    REQUIRE(is_json_error(answer, 413));
    REQUIRE(says_close(answer));
    REQUIRE(client.is_ended());
  }
  auto client = RawClient::tcp(served.port());
  client.send("POST /echo HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 11; ++i) client.send("64\r\n" + std::string(100, 'x') + "\r\n");
  const auto answer = client.read_answer();
  REQUIRE(is_json_error(answer, 413));
  REQUIRE(client.is_ended());
  REQUIRE(served.calls == 1);
}

TEST_CASE("a client that sends ten mebibytes before it reads still gets its 413") {
  Served served;
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.send(post("/echo", std::string(10 * 1024 * 1024, 'x'))));
  REQUIRE(is_json_error(client.read_answer(), 413));
}

TEST_CASE("a ten-mebibyte body within the limit arrives whole") {
  auto options = test::loopback_options();
  options.max_body_bytes = 16 * 1024 * 1024;
  Served served(options);
  std::string body(10 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < body.size(); i += 997) body[i] = static_cast<char>('a' + i % 26);
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange(post("/echo", body)).body == body);
}

TEST_CASE("a compressed body is handed on as it was sent") {
  Served served;
  for (const std::string encoding : {"gzip", "deflate", "br", "identity"}) {
    INFO(encoding);
    auto client = RawClient::tcp(served.port());
    const auto answer = client.exchange(post("/echo", "xx", "Content-Encoding: " + encoding + "\r\n"));
    REQUIRE(answer.status == 202);
    REQUIRE(answer.body == "xx");
  }
}

TEST_CASE("a handler can cut the connection instead of answering") {
  Served served;
  auto client = RawClient::tcp(served.port());
  client.send(post("/drop", "x"));
  REQUIRE(client.is_ended());
  auto next = RawClient::tcp(served.port());
  REQUIRE(next.exchange(post("/echo", "x")).status == 202);
}

TEST_CASE("a large answer arrives whole") {
  Served served;
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange("GET /large HTTP/1.1\r\nHost: l\r\n\r\n").body == std::string(5'000'000, 'x'));
}

}  // namespace leadspool::http
