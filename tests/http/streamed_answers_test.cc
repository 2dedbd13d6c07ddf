// Answers that are made while they are written.
#include <atomic>
#include <memory>
#include <stdexcept>
#include <thread>

#include "streaming.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::http {
namespace {

using test::get;
using test::holds;
using test::many_parts;
using test::parts_of;
using test::RawClient;
using test::Streaming;
using test::take_apart;

constexpr std::size_t kMebibyte = 1024 * 1024;

const std::string kStreamAndClose = get("/stream", "Connection: close\r\n");

// Parts of one MiB without end, which are counted; `alive` expires when nobody will ask for more.
struct EndlessParts {
  test::NextPart make() {
    auto token = std::make_shared<int>();
    alive = token;
    return [this, token]() -> std::optional<std::string> {
      ++made;
      return std::string(kMebibyte, 'x');
    };
  }

  void wait_until_given_up() {
    test::wait_until("the answer to be given up", [&] { return made > 0 && alive.expired(); });
  }

  std::weak_ptr<int> alive;
  std::atomic<int> made = 0;
};

}  // namespace

TEST_CASE("a streamed answer comes in chunks, and the connection goes on") {
  Streaming streaming([] { return parts_of({"one,", "two,", std::string(100'000, 'x')}); });
  auto client = RawClient::tcp(streaming.port());
  client.send(get("/stream") + get("/plain", "Connection: close\r\n"));
  const auto answer = take_apart(client.read_to_end());
  REQUIRE(answer.end == ChunkedBody::complete);
  REQUIRE(answer.body == "one,two," + std::string(100'000, 'x'));
  REQUIRE(holds(answer.head, "HTTP/1.1 200 OK"));
  REQUIRE(holds(answer.head, "Transfer-Encoding: chunked"));
  REQUIRE(holds(answer.head, "Content-Type: text/plain"));
  REQUIRE_FALSE(holds(answer.head, "Content-Length"));
  REQUIRE(answer.rest.ends_with("\r\n\r\nplain"));
}

TEST_CASE("a streamed answer without a part is an empty body") {
  Streaming streaming([] { return parts_of({}); });
  auto client = RawClient::tcp(streaming.port());
  client.send(kStreamAndClose);
  const auto answer = take_apart(client.read_to_end());
  REQUIRE(answer.end == ChunkedBody::complete);
  REQUIRE(answer.body.empty());
}

TEST_CASE("an empty part says nothing and ends nothing") {
  Streaming streaming([] { return parts_of({"one,", "", "", "two"}); });
  auto client = RawClient::tcp(streaming.port());
  client.send(kStreamAndClose);
  const auto answer = take_apart(client.read_to_end());
  REQUIRE(answer.end == ChunkedBody::complete);
  REQUIRE(answer.body == "one,two");
}

TEST_CASE("answers are streamed over TLS and over a Unix socket as well") {
  const test::TemporaryFolder folder;
  auto over_tls = test::loopback_options();
  test::use_self_signed(over_tls, folder);
  auto over_unix = test::loopback_options();
  over_unix.unix_socket = folder.file("socket");
  Streaming tls([] { return many_parts(8, kMebibyte); }, over_tls);
  Streaming local([] { return many_parts(8, kMebibyte); }, over_unix);
  std::vector<RawClient> clients;
  clients.push_back(RawClient::tls(tls.port()));
  clients.push_back(RawClient::unix_socket(over_unix.unix_socket));
  for (auto& client : clients) {
    client.send(kStreamAndClose);
    const auto answer = take_apart(client.read_to_end());
    REQUIRE(answer.end == ChunkedBody::complete);
    REQUIRE(answer.body.size() == 8 * kMebibyte);
  }
}

TEST_CASE("to HTTP/1.0 a streamed answer ends with the connection") {
  Streaming streaming([] { return parts_of({"one,", "two"}); });
  auto client = RawClient::tcp(streaming.port());
  client.send("GET /stream HTTP/1.0\r\nHost: l\r\n\r\n");
  const auto received = client.read_to_end();
  REQUIRE(received.ends_with("\r\n\r\none,two"));
  REQUIRE(holds(received, "Connection: close"));
  REQUIRE_FALSE(holds(received, "Transfer-Encoding"));
  REQUIRE_FALSE(holds(received, "Content-Length"));
  REQUIRE_FALSE(client.was_cut());
}

TEST_CASE("HEAD gets the head of a streamed answer, and no part is made") {
  EndlessParts parts;
  Streaming streaming([&] { return parts.make(); });
  auto client = RawClient::tcp(streaming.port());
  client.send("HEAD /stream HTTP/1.1\r\nHost: l\r\n\r\n" + get("/plain", "Connection: close\r\n"));
  const auto received = client.read_to_end();
  const auto head_end = received.find("\r\n\r\n");
  REQUIRE(head_end != std::string::npos);
  REQUIRE(holds(received.substr(0, head_end), "Content-Type: text/plain"));
  REQUIRE_FALSE(holds(received.substr(0, head_end), "Content-Length"));
  REQUIRE(received.substr(head_end + 4).starts_with("HTTP/1.1 200"));
  REQUIRE(received.ends_with("plain"));
  REQUIRE(parts.made == 0);
  REQUIRE(parts.alive.expired());
}

TEST_CASE("an answer whose making fails is cut off and not ended") {
  const test::CapturedLog log;
  Streaming streaming([] {
    return [first = true]() mutable -> std::optional<std::string> {
      if (!std::exchange(first, false)) throw std::runtime_error("the disk is gone");
      return "half of it";
    };
  });
  for (const auto& version : {"1.1", "1.0"}) {
    auto client = RawClient::tcp(streaming.port());
    client.send("GET /stream HTTP/" + std::string(version) + "\r\nHost: l\r\n\r\n");
    const auto received = client.read_to_end();
    REQUIRE_FALSE(received.ends_with("0\r\n\r\n"));
    REQUIRE(client.was_cut());
  }
  REQUIRE(holds(log.text(), "the disk is gone"));
}

TEST_CASE("no part is made before the peer has taken the one before, and who takes none is cut off") {
  EndlessParts parts;
  auto options = test::loopback_options();
  options.read_timeout = std::chrono::seconds{1};
  Streaming streaming([&] { return parts.make(); }, options);
  auto client = RawClient::tcp(streaming.port());
  client.send(get("/stream"));
  parts.wait_until_given_up();
  // As many as the buffers of both sides hold.
  REQUIRE(parts.made < 64);
  static_cast<void>(client.read_to_end());
  REQUIRE(client.was_cut());
}

TEST_CASE("a peer that went away ends its answer") {
  EndlessParts parts;
  Streaming streaming([&] { return parts.make(); });
  {
    auto client = RawClient::tcp(streaming.port());
    client.send(get("/stream"));
    test::wait_until("the answer to begin", [&] { return parts.made > 0; });
  }
  parts.wait_until_given_up();
}

TEST_CASE("a peer that went away ends an answer that has nothing to say for now") {
  std::weak_ptr<int> alive;
  Streaming streaming([&] {
    auto token = std::make_shared<int>();
    alive = token;
    return [token]() -> std::optional<std::string> { return ""; };
  });
  {
    auto client = RawClient::tcp(streaming.port());
    client.send(get("/stream"));
    test::wait_until("the answer to begin", [&] { return !alive.expired(); });
  }
  test::wait_until("the answer to be given up", [&] { return alive.expired(); });
}

TEST_CASE("a stop ends an answer between two parts, and it does not pass for the whole") {
  std::atomic<int> asked = 0;
  Streaming streaming(
      [&] { return [&]() -> std::optional<std::string> { return asked++ == 0 ? "one," : ""; }; });
  auto client = RawClient::tcp(streaming.port());
  client.send(get("/stream"));
  test::wait_until("the first part to be taken", [&] { return asked > 1; });
  std::thread stopping([&] { streaming.server().stop(); });
  const auto answer = take_apart(client.read_to_end());
  stopping.join();
  REQUIRE(answer.body == "one,");
  REQUIRE(answer.end == ChunkedBody::cut_short);
}

TEST_CASE("who takes nothing of a streamed answer does not hold up a stop") {
  EndlessParts parts;
  auto options = test::loopback_options();
  options.read_timeout = std::chrono::seconds{3600};
  Streaming streaming([&] { return parts.make(); }, options);
  auto client = RawClient::tcp(streaming.port());
  client.send(get("/stream"));
  test::wait_until("the answer to begin", [&] { return parts.made > 0; });
  streaming.server().stop();
  REQUIRE(parts.alive.expired());
}

TEST_CASE("a connection whose answer is being made does not give way to another") {
  std::atomic<bool> gate = false;
  std::atomic<bool> waiting = false;
  auto options = test::loopback_options();
  options.max_connections = 1;
  Streaming streaming(
      [&] {
        return [&, left = 2]() mutable -> std::optional<std::string> {
          if (left-- == 0) return std::nullopt;
          waiting = true;
          gate.wait(false);
          return "part";
        };
      },
      options);
  auto client = RawClient::tcp(streaming.port());
  client.send(kStreamAndClose);
  test::wait_until("the answer to begin", [&] { return waiting.load(); });
  const int other = RawClient::tcp(streaming.port()).exchange(get("/plain")).status;
  gate = true;
  gate.notify_all();
  REQUIRE(other == 503);
  const auto answer = take_apart(client.read_to_end());
  REQUIRE(answer.end == ChunkedBody::complete);
  REQUIRE(answer.body == "partpart");
}

}  // namespace leadspool::http
