// What Server::reconfigure() changes while the server runs. Certificates: tls_test.cc.
#include <thread>

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
using test::Served;
using test::status_once_there_is_room;

}  // namespace

TEST_CASE("a kept connection is held to new limits from its next request on") {
  auto options = test::loopback_options();
  Served served(options);
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange(post("/echo", std::string(1000, 'x'))).status == 202);

  options.max_body_bytes = 100;
  served.server().reconfigure(options);
  REQUIRE(client.exchange(post("/echo", std::string(100, 'x'))).status == 202);
  REQUIRE(is_json_error(client.exchange(post("/echo", std::string(101, 'x'))), 413));
}

TEST_CASE("a request in progress ends under the limits it began with") {
  auto options = test::loopback_options();
  Served served(options);
  auto client = RawClient::tcp(served.port());
  // Once told to continue, its request has begun.
  REQUIRE(
      client.exchange("POST /echo HTTP/1.1\r\nHost: l\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
          .status == 100);
  options.max_body_bytes = 1;
  served.server().reconfigure(options);
  REQUIRE(client.exchange("lead").body == "lead");
}

TEST_CASE("a kept connection believes new proxies from its next request on") {
  auto options = test::loopback_options();
  Served served(options);
  auto client = RawClient::tcp(served.port());
  const auto from_behind = get("/show/a", "Forwarded: for=192.0.2.1\r\n");
  REQUIRE(holds(client.exchange(from_behind).body, "from=127.0.0.1"));
  options.trusted_proxies = {"127.0.0.0/8"};
  served.server().reconfigure(options);
  REQUIRE(holds(client.exchange(from_behind).body, "from=192.0.2.1"));
  options.trusted_proxies = {"127.0.0.2"};
  served.server().reconfigure(options);
  REQUIRE(holds(client.exchange(from_behind).body, "from=127.0.0.1"));
}

TEST_CASE("connections are counted against the new numbers") {
  auto options = test::loopback_options();
  Served served(options);
  std::vector<RawClient> working;
  for (int i = 0; i < 3; ++i) {
    working.push_back(RawClient::tcp(served.port()));
    working.back().send(post("/wait", "x"));
  }
  while (served.waiting < 3) std::this_thread::yield();

  options.max_connections_per_address = 3;
  served.server().reconfigure(options);
  REQUIRE(RawClient::tcp(served.port()).exchange(post("/echo", "x")).status == 503);
  auto other = RawClient::tcp(served.port(), "127.0.0.2");
  REQUIRE(other.exchange(post("/echo", "x", "Connection: close\r\n")).status == 202);
  REQUIRE(other.is_ended());

  options.max_connections_per_address = 100;
  options.max_connections = 3;
  served.server().reconfigure(options);
  // The thread of the connection before is at hand, now or in a moment, but is not to be used.
  for (int i = 0; i < 20; ++i) {
    REQUIRE(RawClient::tcp(served.port()).exchange(post("/echo", "x")).status == 503);
  }

  options.max_connections = 4;
  served.server().reconfigure(options);
  REQUIRE(status_once_there_is_room(served.port(), post("/echo", "x")) == 202);
  served.open_gate();
  for (auto& client : working) REQUIRE(client.read_answer().status == 200);
}

TEST_CASE("a connection that idles already is ended after the new keep_alive") {
  auto options = test::loopback_options();
  options.keep_alive = std::chrono::seconds{3600};
  Served served(options);
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange(post("/echo", "x")).status == 202);
  options.keep_alive = std::chrono::seconds{1};
  served.server().reconfigure(options);
  REQUIRE(client.is_ended());
}

TEST_CASE("a kept connection is held to the new read_timeout from its next request on") {
  auto options = test::loopback_options();
  options.read_timeout = std::chrono::seconds{1};
  Served served(options);
  auto client = RawClient::tcp(served.port());
  REQUIRE(client.exchange(post("/echo", "x")).status == 202);
  options.read_timeout = std::chrono::seconds{2};
  served.server().reconfigure(options);
  const SystemClock clock;
  const auto start = clock.steady_now();
  REQUIRE(is_json_error(client.exchange("POST /echo HTTP/1.1\r\nContent-Le"), 408));
  REQUIRE(clock.steady_now() - start >= options.read_timeout);
}

}  // namespace leadspool::http
