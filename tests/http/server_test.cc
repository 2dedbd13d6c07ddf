#include "http/server.h"

#include <thread>
#include <vector>

#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "http/curl_client.h"
#include "served.h"
#include "support/catch.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using test::holds;
using test::post;
using test::RawAnswer;
using test::RawClient;
using test::Served;

bool is_json_error(const RawAnswer& answer, int status) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  return answer.status == status && json.is_object() && json.contains("error") &&
         json["error"].contains("code") &&
         answer.head.find("Content-Type: application/json") != std::string::npos;
}

// Why a server with these options does not start.
std::string bind_error(const ServerOptions& options) {
  const Router router;
  try {
    Server(options, router).start();
  } catch (const BindError& error) {
    return error.what();
  }
  return "started";
}

bool says_close(const RawAnswer& answer) {
  return answer.head.find("Connection: close") != std::string::npos;
}

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
    const auto answer = client.exchange(method + " /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\nxx");
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
      client.exchange("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n").status ==
      100);
  REQUIRE(client.exchange("lead").body == "lead");
  REQUIRE(client.exchange("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 999999999\r\n\r\n")
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
  client.send("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
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

TEST_CASE("a body whose end is unclear is refused and the connection closed") {
  Served served;
  for (const std::string headers :
       {"Transfer-Encoding: identity\r\n", "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 4\r\nContent-Length: 4\r\n",
        "Content-Length: 4\r\nContent-Length: 0\r\n"}) {
    INFO(headers);
    auto client = RawClient::tcp(served.port());
    const auto answer =
        client.exchange("POST /echo HTTP/1.1\r\n" + headers + "\r\n0\r\n\r\n" + post("/echo", "smuggled"));
    REQUIRE(is_json_error(answer, 400));
    REQUIRE(says_close(answer));
    REQUIRE(client.is_ended());
  }
  REQUIRE(served.calls == 0);
}

TEST_CASE("a malformed request is answered with JSON and the connection closed") {
  Served served;
  for (const std::string request :
       {"nonsense\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n", "GET  / HTTP/1.1\r\n\r\n",
        "FOO / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nbroken\r\n\r\n",
        "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n"}) {
    INFO(request);
    auto client = RawClient::tcp(served.port());
    const auto answer = client.exchange(request);
    REQUIRE(is_json_error(answer, 400));
    REQUIRE(says_close(answer));
    REQUIRE(client.is_ended());
  }
}

TEST_CASE("a head over the limits is refused") {
  Served served;
  const auto status = [&](const std::string& request) {
    auto client = RawClient::tcp(served.port());
    const auto answer = client.exchange(request);
    return is_json_error(answer, answer.status) ? answer.status : -1;
  };
  REQUIRE(status("GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\n\r\n") == 414);
  REQUIRE(status("GET /" + std::string(40'000, 'x') + " HTTP/1.1\r\n\r\n") == 431);
  REQUIRE(status("GET / HTTP/1.1\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n") == 431);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X: y\r\n";
  REQUIRE(status("GET / HTTP/1.1\r\n" + many + "\r\n") == 431);
}

TEST_CASE("a request that stops coming is given up") {
  auto options = test::loopback_options();
  options.read_timeout = std::chrono::seconds{1};
  Served served(options);
  auto head = RawClient::tcp(served.port());
  REQUIRE(is_json_error(head.exchange("POST /echo HTTP/1.1\r\nContent-Le"), 408));
  REQUIRE(head.is_ended());
  auto body = RawClient::tcp(served.port());
  REQUIRE(is_json_error(body.exchange("POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf"), 408));
  REQUIRE(body.is_ended());
  auto silent = RawClient::tcp(served.port());
  REQUIRE(silent.is_ended());
  REQUIRE(served.calls == 0);
}

TEST_CASE("an idle connection is ended after keep_alive") {
  auto options = test::loopback_options();
  options.keep_alive = std::chrono::seconds{1};
  Served served(options);
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange(post("/echo", "x")).status == 202);
  REQUIRE(client.is_ended());
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
  REQUIRE(client.exchange("GET /large HTTP/1.1\r\n\r\n").body == std::string(5'000'000, 'x'));
}

TEST_CASE("beyond max_connections a connection gets 503, and none once there is room") {
  auto options = test::loopback_options();
  options.max_connections = 2;
  Served served(options);
  auto first = RawClient::tcp(served.port());
  auto second = RawClient::tcp(served.port());
  first.send(post("/wait", "x"));
  second.send(post("/wait", "x"));
  while (served.waiting < 2) std::this_thread::yield();

  auto third = RawClient::tcp(served.port());
  const auto answer = third.exchange(post("/echo", "x"));
  REQUIRE(is_json_error(answer, 503));
  REQUIRE(answer.head.find("Retry-After: 5") != std::string::npos);
  REQUIRE(says_close(answer));
  REQUIRE(third.is_ended());

  served.gate = true;
  served.gate.notify_all();
  REQUIRE(first.read_answer().body == "waited");
  REQUIRE(second.read_answer().body == "waited");
  REQUIRE(served.calls == 2);
}

TEST_CASE("idle connections give way to new ones") {
  auto options = test::loopback_options();
  options.max_connections = 4;
  options.keep_alive = std::chrono::seconds{3600};
  Served served(options);
  std::vector<RawClient> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(RawClient::tcp(served.port()));
    REQUIRE(idle.back().exchange(post("/echo", "x")).status == 202);
  }
  // On a busy machine they begin to idle a moment after their answers; until then, a new one is told to come
  // again.
  int status = 503;
  while (status == 503) status = RawClient::tcp(served.port()).exchange(post("/echo", "new")).status;
  REQUIRE(status == 202);
  REQUIRE(idle.front().is_ended());
}

TEST_CASE("a connection that says nothing gives way to one that does") {
  auto options = test::loopback_options();
  options.max_connections = 1;
  options.read_timeout = std::chrono::seconds{3600};
  Served served(options);
  auto silent = RawClient::tcp(served.port());
  // Until its thread runs, a new one is told to come again.
  int status = 503;
  while (status == 503) status = RawClient::tcp(served.port()).exchange(post("/echo", "x")).status;
  REQUIRE(status == 202);
  REQUIRE(silent.is_ended());
}

TEST_CASE("connections that are slow to say what they want give way to one that is not") {
  auto options = test::loopback_options();
  options.max_connections = 8;
  options.read_timeout = std::chrono::seconds{3600};
  const std::string starts[] = {"P", "POST /echo HTTP/1.1\r\nContent-Le",
                                "POST /echo HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
                                "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha"};
  for (const auto& start : starts) {
    INFO(start);
    Served served(options);
    std::vector<RawClient> slow;
    for (int i = 0; i < 8; ++i) {
      slow.push_back(RawClient::tcp(served.port()));
      // The request before tells us that the connection is served, and its start is read along with it.
      REQUIRE(slow.back().exchange(post("/echo", "x") + start).status == 202);
    }
    for (int i = 0; i < 6; ++i) {
      REQUIRE(RawClient::tcp(served.port()).exchange(post("/echo", "x")).status == 202);
    }
    REQUIRE(served.calls == 14);
  }
}

TEST_CASE("a connection that gives way with its request begun is told to come again") {
  auto options = test::loopback_options();
  options.max_connections = 1;
  options.read_timeout = std::chrono::seconds{3600};
  for (const std::string body : {"Content-Length: 9\r\n", "Transfer-Encoding: chunked\r\n"}) {
    INFO(body);
    Served served(options);
    auto slow = RawClient::tcp(served.port());
    // Once told to continue, its request has begun.
    REQUIRE(slow.exchange("POST /echo HTTP/1.1\r\nExpect: 100-continue\r\n" + body + "\r\n").status == 100);
    REQUIRE(RawClient::tcp(served.port()).exchange(post("/echo", "x")).status == 202);
    const auto answer = slow.read_answer();
    REQUIRE(is_json_error(answer, 503));
    REQUIRE(says_close(answer));
    REQUIRE(slow.is_ended());
    REQUIRE(served.calls == 1);
  }
}

TEST_CASE("a connection that drips while it is closed gives way, too") {
  auto options = test::loopback_options();
  options.max_connections = 1;
  Served served(options);
  auto refused = RawClient::tcp(served.port());
  REQUIRE(refused.exchange("nonsense\r\n\r\n").status == 400);
  REQUIRE(RawClient::tcp(served.port()).exchange(post("/echo", "x")).status == 202);
}

TEST_CASE("stopping ends idle connections at once and lets a request in progress finish") {
  auto options = test::loopback_options();
  options.keep_alive = std::chrono::seconds{3600};
  options.read_timeout = std::chrono::seconds{3600};
  Served served(options);
  auto idle = RawClient::tcp(served.port());
  REQUIRE(idle.exchange(post("/echo", "x")).status == 202);
  auto silent = RawClient::tcp(served.port());
  auto working = RawClient::tcp(served.port());
  working.send(post("/wait", "x"));
  while (served.waiting < 1) std::this_thread::yield();

  std::thread stopping([&] { served.server().stop(); });
  REQUIRE(idle.is_ended());
  REQUIRE(silent.is_ended());
  served.gate = true;
  served.gate.notify_all();
  const auto answer = working.read_answer();
  REQUIRE(answer.body == "waited");
  REQUIRE(says_close(answer));
  stopping.join();
  REQUIRE_THROWS(RawClient::tcp(served.port()));
}

TEST_CASE("a port in use is named as such") {
  Served served;
  auto options = test::loopback_options();
  options.port = served.port();
  const auto error = bind_error(options);
  REQUIRE(holds(error, std::to_string(served.port())));
  REQUIRE(holds(error, "another program listens there"));
}

TEST_CASE("an address that cannot be bound is explained") {
  auto options = test::loopback_options();
  options.address = "not an address";
  REQUIRE(holds(bind_error(options), "not an IP address"));
  options.address = "203.0.113.7";
  REQUIRE(holds(bind_error(options), "no such address"));
}

TEST_CASE("a Unix socket is served, for its owner only, and taken away at the end") {
  const test::TemporaryFolder folder;
  ServerOptions options;
  options.unix_socket = folder.file("admin.sock");
  {
    Served served(options);
    struct stat found{};
    REQUIRE(lstat(options.unix_socket.c_str(), &found) == 0);
    REQUIRE(S_ISSOCK(found.st_mode));
    REQUIRE((found.st_mode & 0777) == 0600);
    auto client = RawClient::unix_socket(options.unix_socket);
    const auto answer = client.exchange("GET /show/a HTTP/1.1\r\n\r\n");
    REQUIRE(answer.body == "name=a x= from=");
    REQUIRE(served.port() == 0);

    REQUIRE(holds(bind_error(options), "another program listens there"));
  }
  REQUIRE_FALSE(std::filesystem::exists(options.unix_socket));
}

TEST_CASE("a socket file left behind is replaced, another file is not") {
  const test::TemporaryFolder folder;
  ServerOptions options;
  options.unix_socket = folder.file("admin.sock");
  {
    Served first(options);
    std::filesystem::create_hard_link(options.unix_socket, folder.file("kept"));
  }
  std::filesystem::rename(folder.file("kept"), options.unix_socket);
  {
    Served second(options);
    auto client = RawClient::unix_socket(options.unix_socket);
    REQUIRE(client.exchange(post("/echo", "x")).status == 202);
  }
  test::write_file(options.unix_socket, "precious");
  REQUIRE(holds(bind_error(options), "not a socket"));
  REQUIRE(std::filesystem::file_size(options.unix_socket) == 8);
}

TEST_CASE("loopback addresses are told from others") {
  for (const auto* address : {"127.0.0.1", "127.8.9.10", "::1", "localhost"}) REQUIRE(is_loopback(address));
  for (const auto* address :
       {"0.0.0.0", "::", "128.0.0.1", "10.0.0.1", "127.0.0.1.example", "localhost.example", ""}) {
    REQUIRE_FALSE(is_loopback(address));
  }
}

}  // namespace leadspool::http
