// What a stop lets finish, and what cannot delay it.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "http/server.h"
#include "served.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/raw_client.h"
#include "support/temporary_folder.h"

namespace leadspool::http {
namespace {

using test::get;
using test::is_json_error;
using test::post;
using test::RawClient;
using test::says_close;
using test::Served;

// Of requests that are never whole.
const std::string kStarts[] = {
    "P", "POST /echo HTTP/1.1\r\nHost: l\r\nX: ",
    "POST /echo HTTP/1.1\r\nHost: l\r\nContent-Length: 100000\r\n\r\nhalf",
    "POST /echo HTTP/1.1\r\nHost: l\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\nha"};

// Patient with everybody, so that nothing but the stop ends a connection.
ServerOptions patient_options() {
  auto options = test::loopback_options();
  options.keep_alive = std::chrono::seconds{3600};
  options.read_timeout = std::chrono::seconds{3600};
  return options;
}

bool accepts(int port) {
  try {
    (void)RawClient::tcp(port);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// One byte after the other.
void drip_until_ended(RawClient& client) {
  test::wait_until("the server to end the connection", [&] { return !client.send("x"); });
}

}  // namespace

TEST_CASE("stopping ends idle connections at once and lets a request in progress finish") {
  Served served(patient_options());
  auto idle = RawClient::tcp(served.port());
  REQUIRE(idle.exchange(post("/echo", "x")).status == 202);
  auto silent = RawClient::tcp(served.port());
  auto working = RawClient::tcp(served.port());
  working.send(post("/wait", "x"));
  while (served.waiting < 1) std::this_thread::yield();

  std::thread stopping([&] { served.server().stop(); });
  REQUIRE(idle.is_ended());
  REQUIRE(silent.is_ended());
  served.open_gate();
  const auto answer = working.read_answer();
  REQUIRE(answer.body == "waited");
  REQUIRE(says_close(answer));
  stopping.join();
  REQUIRE_THROWS(RawClient::tcp(served.port()));
}

TEST_CASE("stopping does not wait for an answer that is held back") {
  Served served;
  auto delayed = RawClient::tcp(served.port());
  delayed.send(get("/delayed/3600000"));
  while (served.calls < 1) std::this_thread::yield();
  served.server().stop();
  const auto answer = delayed.read_answer();
  REQUIRE(answer.body == "delayed");
  REQUIRE(says_close(answer));
  REQUIRE(delayed.is_ended());
}

TEST_CASE("a request that has begun and does not go on is told to come again by a stop") {
  Served served(patient_options());
  std::jthread stopping;
  std::vector<RawClient> slow;
  for (const auto& start : kStarts) {
    slow.push_back(RawClient::tcp(served.port()));
    // The request before tells us that the connection is served, and its start is read along with it.
    REQUIRE(slow.back().exchange(post("/echo", "x") + start).status == 202);
  }
  stopping = std::jthread([&] { served.server().stop(); });
  for (auto& client : slow) {
    const auto answer = client.read_answer();
    REQUIRE(is_json_error(answer, 503));
    REQUIRE(says_close(answer));
    REQUIRE(client.is_ended());
  }
}

TEST_CASE("a request that drips does not hold up a stop") {
  for (const auto& start : kStarts) {
    INFO(start);
    Served served(patient_options());
    std::jthread stopping;
    auto slow = RawClient::tcp(served.port());
    REQUIRE(slow.exchange(post("/echo", "x") + start).status == 202);
    stopping = std::jthread([&] { served.server().stop(); });
    drip_until_ended(slow);
    stopping.join();
    REQUIRE(served.calls == 1);
  }
}

TEST_CASE("a request that drips over TLS does not hold up a stop") {
  const test::TemporaryFolder folder;
  auto options = patient_options();
  test::use_self_signed(options, folder);
  Served served(options);
  std::jthread stopping;
  auto slow = RawClient::tls(served.port());
  REQUIRE(slow.exchange(post("/echo", "x") + kStarts[1]).status == 202);
  auto never_shaking_hands = RawClient::tcp(served.port());
  stopping = std::jthread([&] { served.server().stop(); });
  REQUIRE(never_shaking_hands.is_ended());
  drip_until_ended(slow);
  stopping.join();
  REQUIRE(served.calls == 1);
}

TEST_CASE("before a handover those who are connected may still say what they were about to") {
  const test::TemporaryFolder folder;
  auto options = patient_options();
  options.parting = std::chrono::seconds{60};
  test::use_self_signed(options, folder);
  Served served(options);
  std::jthread stopping;
  auto idle = RawClient::tls(served.port());
  REQUIRE(idle.exchange(post("/echo", "x")).status == 202);
  auto silent = RawClient::tls(served.port());
  auto raw = RawClient::tcp(served.port());
  stopping = std::jthread([&] { served.server().stop(); });
  test::wait_until("nothing more is accepted", [&] { return !accepts(served.port()); });
  for (auto* client : {&idle, &silent}) {
    const auto answer = client->exchange(post("/echo", "last"));
    REQUIRE(answer.body == "last");
    REQUIRE(says_close(answer));
    REQUIRE(client->is_ended());
  }
  raw.end_sending();
}

TEST_CASE("whoever says nothing more is not waited for longer than the parting") {
  auto options = patient_options();
  options.parting = std::chrono::milliseconds{1};
  Served served(options);
  auto idle = RawClient::tcp(served.port());
  REQUIRE(idle.exchange(post("/echo", "x")).status == 202);
  auto silent = RawClient::tcp(served.port());
  served.server().stop();
  REQUIRE(idle.is_ended());
  REQUIRE(silent.is_ended());
}

}  // namespace leadspool::http
