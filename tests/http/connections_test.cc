// Who is served when there are more connections than a server takes, and when one ends.
#include <thread>
#include <vector>

#include "base/clock.h"
#include "http/server.h"
#include "served.h"
#include "support/catch.h"
#include "support/raw_client.h"

namespace leadspool::http {
namespace {

using test::get;
using test::holds;
using test::is_json_error;
using test::post;
using test::RawClient;
using test::says_close;
using test::Served;
using test::status_once_there_is_room;

}  // namespace

TEST_CASE("a request that stops coming is given up") {
  auto options = test::loopback_options();
  options.read_timeout = std::chrono::seconds{1};
  Served served(options);
  auto head = RawClient::tcp(served.port());
  REQUIRE(is_json_error(head.exchange("POST /echo HTTP/1.1\r\nHost: l\r\nContent-Le"), 408));
  REQUIRE(head.is_ended());
  auto body = RawClient::tcp(served.port());
  REQUIRE(
      is_json_error(body.exchange("POST /echo HTTP/1.1\r\nHost: l\r\nContent-Length: 9\r\n\r\nhalf"), 408));
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

  served.open_gate();
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
  REQUIRE(status_once_there_is_room(served.port(), post("/echo", "new")) == 202);
}

TEST_CASE("a connection that says nothing gives way to one that does") {
  auto options = test::loopback_options();
  options.max_connections = 1;
  options.read_timeout = std::chrono::seconds{3600};
  Served served(options);
  auto silent = RawClient::tcp(served.port());
  REQUIRE(RawClient::tcp(served.port()).exchange(post("/echo", "x")).status == 202);
  REQUIRE(silent.is_ended());
}

TEST_CASE("connections that are slow to say what they want give way to one that is not") {
  auto options = test::loopback_options();
  options.max_connections = 8;
  options.read_timeout = std::chrono::seconds{3600};
  const std::string starts[] = {
      "P", "POST /echo HTTP/1.1\r\nHost: l\r\nContent-Le",
      "POST /echo HTTP/1.1\r\nHost: l\r\nContent-Length: 9\r\n\r\nhalf",
      "POST /echo HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha"};
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

TEST_CASE("a connection whose peer does not take its answers gives way") {
  for (const bool tls : {false, true}) {
    INFO("TLS: " << tls);
    const test::TemporaryFolder folder;
    auto options = test::loopback_options();
    options.max_connections = 1;
    options.read_timeout = std::chrono::seconds{3600};
    if (tls) test::use_self_signed(options, folder);
    Served served(options);
    const auto connect = [&] { return tls ? RawClient::tls(served.port()) : RawClient::tcp(served.port()); };
    auto stuck = connect();
    std::thread pouring([&] {
      while (stuck.send(post("/echo", std::string(200'000, 'x')))) {
      }
    });
    int status = 503;
    while (status != 202) status = connect().exchange(post("/echo", "x")).status;
    // A kernel that waits for room in the window may take minutes to see that nobody is there any more.
    stuck.end_sending();
    pouring.join();
    REQUIRE(status == 202);
  }
}

TEST_CASE("a connection that sends nothing but empty lines is ended") {
  Served served(test::loopback_options());
  auto client = RawClient::tcp(served.port());
  std::string lines;
  for (int i = 0; i < 1'000; ++i) lines += "\r\n";
  while (client.send(lines)) {
  }
  REQUIRE(served.calls == 0);
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
    REQUIRE(
        slow.exchange("POST /echo HTTP/1.1\r\nHost: l\r\nExpect: 100-continue\r\n" + body + "\r\n").status ==
        100);
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

TEST_CASE("of the connections of one address, no more than its share are served") {
  auto options = test::loopback_options();
  options.max_connections_per_address = 2;
  Served served(options);
  auto first = RawClient::tcp(served.port(), "127.0.0.2");
  auto second = RawClient::tcp(served.port(), "127.0.0.2");
  first.send(post("/wait", "x"));
  second.send(post("/wait", "x"));
  while (served.waiting < 2) std::this_thread::yield();

  auto third = RawClient::tcp(served.port(), "127.0.0.2");
  const auto answer = third.exchange(post("/echo", "x"));
  REQUIRE(is_json_error(answer, 503));
  REQUIRE(holds(answer.head, "Retry-After: 5"));
  REQUIRE(says_close(answer));
  REQUIRE(third.is_ended());
  REQUIRE(RawClient::tcp(served.port(), "127.0.0.3").exchange(post("/echo", "x")).status == 202);

  served.open_gate();
  REQUIRE(first.read_answer().body == "waited");
  REQUIRE(second.read_answer().body == "waited");
  REQUIRE(status_once_there_is_room(served.port(), post("/echo", "x"), "127.0.0.2") == 202);
}

TEST_CASE("beyond its share, the oldest idle connection of an address gives way, and none of another's") {
  auto options = test::loopback_options();
  options.max_connections_per_address = 2;
  options.read_timeout = std::chrono::seconds{3600};
  Served served(options);
  auto other = RawClient::tcp(served.port(), "127.0.0.3");
  auto first = RawClient::tcp(served.port(), "127.0.0.2");
  auto second = RawClient::tcp(served.port(), "127.0.0.2");
  REQUIRE(RawClient::tcp(served.port(), "127.0.0.2").exchange(post("/echo", "new")).status == 202);
  REQUIRE(first.is_ended());
  REQUIRE(other.exchange(post("/echo", "other")).status == 202);
  REQUIRE(second.exchange(post("/echo", "second")).status == 202);
}

TEST_CASE("a client that connects anew for each request is not taken for many") {
  auto options = test::loopback_options();
  options.max_connections_per_address = 1;
  Served served(options);
  for (int i = 0; i < 100; ++i) {
    auto client = RawClient::tcp(served.port());
    REQUIRE(client.exchange(post("/echo", "x", "Connection: close\r\n")).status == 202);
    REQUIRE(client.is_ended());
  }
}

TEST_CASE("an IPv4 address has one share, whichever kind of listener it comes to") {
  auto options = test::loopback_options();
  options.address = "::ffff:127.0.0.1";
  options.max_connections_per_address = 1;
  options.trusted_proxies = {"127.0.0.3"};
  Served served(options);
  auto first = RawClient::tcp(served.port(), "127.0.0.2");
  REQUIRE(holds(first.exchange(get("/show/a", "Connection: close\r\n")).body, "from=127.0.0.2"));
  REQUIRE(first.is_ended());
  auto proxy = RawClient::tcp(served.port(), "127.0.0.3");
  REQUIRE(holds(proxy.exchange(get("/show/a", "X-Forwarded-For: 192.0.2.1\r\n")).body, "from=192.0.2.1"));
  auto working = RawClient::tcp(served.port(), "127.0.0.2");
  working.send(post("/wait", "x"));
  while (served.waiting < 1) std::this_thread::yield();
  REQUIRE(RawClient::tcp(served.port(), "127.0.0.2").exchange(get("/show/a")).status == 503);
  REQUIRE(RawClient::tcp(served.port(), "127.0.0.4").exchange(get("/show/a")).status == 200);
  served.open_gate();
}

TEST_CASE("a trusted proxy may have all connections there are") {
  auto options = test::loopback_options();
  options.max_connections_per_address = 1;
  options.trusted_proxies = {"127.0.0.2/31"};
  Served served(options);
  std::vector<RawClient> working;
  for (int i = 0; i < 8; ++i) {
    working.push_back(RawClient::tcp(served.port(), "127.0.0.3"));
    working.back().send(post("/wait", "x"));
    while (served.waiting < i + 1) std::this_thread::yield();
  }
  served.open_gate();
  for (auto& client : working) REQUIRE(client.read_answer().status == 200);
}

TEST_CASE("a Unix socket has no addresses to share it out by") {
  const test::TemporaryFolder folder;
  ServerOptions options;
  options.unix_socket = folder.file("admin.sock");
  options.max_connections_per_address = 1;
  Served served(options);
  std::vector<RawClient> working;
  for (int i = 0; i < 4; ++i) {
    working.push_back(RawClient::unix_socket(options.unix_socket));
    working.back().send(post("/wait", "x"));
    while (served.waiting < i + 1) std::this_thread::yield();
  }
  served.open_gate();
  for (auto& client : working) REQUIRE(client.read_answer().status == 200);
}

TEST_CASE("an answer is held back for as long as its handler says, whatever the client does meanwhile") {
  Served served;
  const SystemClock clock;
  const auto start = clock.steady_now();
  auto client = RawClient::tcp(served.port());
  client.send(get("/delayed/300") + get("/delayed/100") + post("/echo", "behind"));
  client.end_sending();
  REQUIRE(client.read_answer().body == "delayed");
  REQUIRE(clock.steady_now() - start >= std::chrono::milliseconds{300});
  REQUIRE(client.read_answer().body == "delayed");
  REQUIRE(clock.steady_now() - start >= std::chrono::milliseconds{400});
  REQUIRE(client.read_answer().body == "behind");
}

TEST_CASE("a connection whose answer is held back gives way, and does not get that answer") {
  auto options = test::loopback_options();
  SECTION("to any other") { options.max_connections = 1; }
  SECTION("to more of its address") { options.max_connections_per_address = 1; }
  Served served(options);
  auto delayed = RawClient::tcp(served.port());
  delayed.send(get("/delayed/3600000"));
  while (served.calls < 1) std::this_thread::yield();
  REQUIRE(status_once_there_is_room(served.port(), post("/echo", "x")) == 202);
  const auto answer = delayed.read_answer();
  REQUIRE(is_json_error(answer, 503));
  REQUIRE(says_close(answer));
  REQUIRE(delayed.is_ended());
}

}  // namespace leadspool::http
